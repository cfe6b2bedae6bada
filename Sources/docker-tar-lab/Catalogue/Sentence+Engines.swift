/// What an archive loads into.
extension Sentence {
    /// The line itself.
    static func loadsInto(_ engines: [Sentence]) -> Sentence {
        Sentence(
            en: "Loads into: \(engines.map(\.en).joined(separator: ", "))",
            zh: "可加载到：\(engines.map(\.zh).joined(separator: "、"))")
    }

    /// What a daemon says that it has loaded.
    static func loaded(_ name: String) -> Sentence { Sentence(en: "Loaded: \(name)", zh: "已载入：\(name)") }

    static func docker(since version: String) -> Sentence {
        Sentence(en: "Docker \(version) and later", zh: "Docker \(version) 及以上版本")
    }

    static var podman: Sentence { Sentence(name: "podman") }

    static var containerd: Sentence { Sentence(en: "containerd and k3s", zh: "containerd 和 k3s") }

    static var folderTools: Sentence {
        Sentence(en: "skopeo and what else reads OCI layouts", zh: "skopeo 等可读取 OCI 布局的工具")
    }

    static var nas: Sentence { Sentence(en: "NAS systems that import docker save", zh: "支持导入 docker save 的 NAS") }

    static var zstdLayers: Sentence {
        Sentence(
            en: "the layers are compressed with zstd: Docker before 23.0 cannot load them. "
                + "For those, pull again with -format docker-20.10.",
            zh: "镜像层使用 zstd 压缩，Docker 23.0 之前的版本无法加载；如需兼容，请改用 -format docker-20.10 重新拉取。")
    }

    static var keptIndex: Sentence {
        Sentence(
            en:
                "the index names platforms that are not in the archive: ctr images import --all-platforms, older k3s and kind "
                + "refuse it. For those, pull again without -keep-index.",
            zh: "索引中包含归档里没有的平台：ctr images import --all-platforms 以及旧版 k3s、kind 会拒绝导入；如需兼容，请去掉 -keep-index 重新拉取。")
    }

    static var foreignLayers: Sentence {
        Sentence(
            en: "layers that may not be handed on are left out, as docker save does. Docker and containerd do not load "
                + "the image without them; podman fetches them from the address in the manifest, where there is one.",
            zh: "与 docker save 一样，归档中不含禁止再分发的镜像层。缺少它们，Docker 和 containerd 无法加载该镜像；"
                + "podman 会按清单中的地址（如有）自行下载。")
    }

    static var foreignLayersIncluded: Sentence {
        Sentence(
            en:
                "layers that may not be handed on are in it: keep to their licence, or leave them out with -foreign skip.",
            zh: "归档中包含禁止再分发的镜像层：请遵守其许可，或用 -foreign skip 跳过。")
    }

    static var zstdArchive: Sentence {
        Sentence(
            en: "the archive is compressed with zstd: for Docker before 23.0 unpack it first (zstd -d).",
            zh: "归档使用 zstd 压缩：Docker 23.0 之前的版本需要先解压（zstd -d）。")
    }
}
