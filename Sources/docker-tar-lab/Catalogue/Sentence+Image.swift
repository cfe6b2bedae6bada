/// What `inspect` says of an image.
extension Sentence {
    static var imageName: Sentence { Sentence(en: "Name:", zh: "名称：") }
    static var imageDigest: Sentence { Sentence(en: "Digest:", zh: "摘要：") }
    static var imageType: Sentence { Sentence(en: "Type:", zh: "类型：") }
    static var imagePlatform: Sentence { Sentence(en: "Platform:", zh: "平台：") }
    static var manifestDigest: Sentence { Sentence(en: "Manifest:", zh: "清单摘要：") }
    static var imageID: Sentence { Sentence(en: "Image ID:", zh: "镜像 ID：") }
    static var imageSize: Sentence { Sentence(en: "Size:", zh: "大小：") }
    static var created: Sentence { Sentence(en: "Created:", zh: "创建时间：") }
    static var author: Sentence { Sentence(en: "Author:", zh: "作者：") }
    static var user: Sentence { Sentence(en: "User:", zh: "用户：") }
    static var workingFolder: Sentence { Sentence(en: "Working folder:", zh: "工作目录：") }
    static var entrypoint: Sentence { Sentence(en: "Entrypoint:", zh: "入口点：") }
    static var command: Sentence { Sentence(en: "Command:", zh: "默认命令：") }
    static var shell: Sentence { Sentence(en: "Shell:", zh: "命令解释器：") }
    static var healthCheck: Sentence { Sentence(en: "Health check:", zh: "健康检查：") }
    static var stopSignal: Sentence { Sentence(en: "Stop signal:", zh: "停止信号：") }
    static var ports: Sentence { Sentence(en: "Ports:", zh: "端口：") }
    static var volumes: Sentence { Sentence(en: "Volumes:", zh: "数据卷：") }
    static var environment: Sentence { Sentence(en: "Environment:", zh: "环境变量：") }
    static var labels: Sentence { Sentence(en: "Labels:", zh: "标签信息：") }
    static var onBuild: Sentence { Sentence(en: "On build:", zh: "构建触发：") }

    /// How large an image is as it travels.
    static func size(_ size: String, layers: Int) -> Sentence {
        Sentence(
            en: "\(size) in \(layers) \(layers == 1 ? "layer" : "layers"), as a registry serves them",
            zh: "\(size)，共 \(layers) 层（仓库中的大小）")
    }

    static var platforms: Sentence { Sentence(en: "Platforms:", zh: "支持的平台：") }
    static var layers: Sentence { Sentence(en: "Layers, lowest first:", zh: "镜像层（从下到上）：") }

    /// Above the steps of an image's making.
    static var history: Sentence {
        Sentence(en: "History, with the number of the layer that each step made:", zh: "构建历史（左侧为对应的层号）：")
    }

    static var columnNumber: Sentence { Sentence(name: "#") }
    static var columnPlatform: Sentence { Sentence(en: "Platform", zh: "平台") }
    static var columnSize: Sentence { Sentence(en: "Size", zh: "大小") }
    static var columnDigest: Sentence { Sentence(en: "Digest", zh: "摘要") }
    static var columnType: Sentence { Sentence(en: "Type", zh: "类型") }
    static var columnCreated: Sentence { Sentence(en: "Created", zh: "时间") }
    static var columnCommand: Sentence { Sentence(en: "Command", zh: "命令") }
}
