internal import Puller

/// What `verify` says of an archive.
extension Sentence {
    /// The first line.
    static func verdict(_ path: String, isSound: Bool) -> Sentence {
        isSound
            ? Sentence(en: "\(path): all right", zh: "\(path)：正确")
            : Sentence(en: "\(path): not what it says", zh: "\(path)：内容有误")
    }

    /// Which layout was recognised.
    static func layout(_ layout: StoredLayout?) -> Sentence {
        switch layout {
        case .docker?: Sentence(en: "Layout: Docker 25 and later", zh: "格式：Docker 25 及以上")
        case .classic?: Sentence(en: "Layout: classic docker save", zh: "格式：传统 docker save")
        case .oci?: Sentence(en: "Layout: OCI, as a tar", zh: "格式：OCI（tar）")
        case .ociFolder?: Sentence(en: "Layout: OCI, as a folder", zh: "格式：OCI（目录）")
        case nil: Sentence(en: "Layout: none that is known", zh: "格式：无法识别")
        }
    }

    static var problems: Sentence { Sentence(en: "Problems:", zh: "问题：") }
    static var columnLayers: Sentence { Sentence(en: "Layers", zh: "层数") }
    static var columnEngine: Sentence { Sentence(en: "Engine", zh: "引擎") }
    static var columnLoads: Sentence { Sentence(en: "Loads it?", zh: "能否加载") }
    static var loads: Sentence { Sentence(en: "yes", zh: "可以") }

    /// An engine by its release.
    static func name(of engine: Engine) -> Sentence {
        switch engine {
        case .docker2010: Sentence(name: "Docker 20.10")
        case .docker26: Sentence(name: "Docker 26")
        case .docker28: Sentence(name: "Docker 28")
        case .docker29: Sentence(name: "Docker 29 (containerd)")
        case .podman: Sentence(name: "podman 4")
        }
    }

    /// What is wrong with a member.
    static func problem(_ kind: ArchiveProblem.Kind) -> Sentence {
        switch kind {
        case .unreadable(let detail): Sentence(en: "it cannot be read: \(detail)", zh: "无法读取：\(detail)")
        case .missing: Sentence(en: "it is named and not there", zh: "被引用，但不存在")
        case .foreignAbsent:
            Sentence(
                en: "this layer may not be handed on and was left out; Docker does not load the image without it, "
                    + "podman fetches it from the address in the manifest, where there is one",
                zh: "该层禁止再分发，归档中没有；缺少它，Docker 无法加载该镜像，podman 会按清单中的地址（如有）自行下载")
        case .superfluous: Sentence(en: "nothing names it", zh: "没有被任何内容引用")
        case .duplicate: Sentence(en: "several members have this name", zh: "有多个同名成员")
        case .leadsOutside: Sentence(en: "its name or link leads out of the archive", zh: "名称或链接指向归档之外")
        case .unexpectedKind: Sentence(en: "it is a device, a pipe or the like", zh: "是设备、管道之类的特殊文件")
        case .digestMismatch(let expected, let actual):
            Sentence(en: "its digest is \(actual), and it should be \(expected)", zh: "实际摘要为 \(actual)，应为 \(expected)")
        case .sizeMismatch(let expected, let actual):
            Sentence(en: "it has \(actual) bytes, and should have \(expected)", zh: "实际 \(actual) 字节，应为 \(expected) 字节")
        case .diffIDMismatch(let expected, let actual):
            Sentence(
                en: "it inflates to \(actual), and the configuration says \(expected)",
                zh: "解压后为 \(actual)，而配置中为 \(expected)")
        case .misplaced(let expected, let actual):
            Sentence(
                en: "it stands at position \(actual + 1), and belongs at \(expected + 1)",
                zh: "位于第 \(actual + 1) 层，应在第 \(expected + 1) 层")
        case .layerCount(let layers, let diffIDs):
            Sentence(
                en: "it has \(layers) layers, and the configuration \(diffIDs)",
                zh: "有 \(layers) 层，而配置中有 \(diffIDs) 层")
        case .undecodable(let detail): Sentence(en: "the layer cannot be unpacked: \(detail)", zh: "镜像层无法解压：\(detail)")
        case .junkBehind: Sentence(en: "bytes stand behind the end of its gzip", zh: "gzip 末尾之后还有多余的字节")
        case .malformed(let rule): Sentence(en: "it breaks its format: \(rule)", zh: "格式有误：\(rule)")
        case .invalidName(let name): Sentence(en: "“\(name)” is no image name", zh: "“\(name)”不是有效的镜像名")
        case .disagreement:
            Sentence(en: "manifest.json and index.json name different images", zh: "manifest.json 与 index.json 中的镜像不一致")
        }
    }

    /// Why an engine does not load it.
    static func refuses(_ refusal: EngineRefusal) -> Sentence {
        let reason = reason(refusal)
        return Sentence(en: "no: \(reason.en)", zh: "不能：\(reason.zh)")
    }

    /// The reason alone.
    static func reason(_ refusal: EngineRefusal) -> Sentence {
        switch refusal {
        case .unreadable:
            Sentence(en: "it is no tar archive that it can read", zh: "不是它能读取的 tar 归档")
        case .unacceptableMember(let name):
            Sentence(en: "it does not unpack \(name)", zh: "它不会解包 \(name)")
        case .noManifest: Sentence(en: "it finds no list of images", zh: "找不到镜像清单")
        case .noImage: Sentence(en: "the list of images is empty", zh: "镜像清单是空的")
        case .missing(let name): Sentence(en: "\(name) is not there", zh: "缺少 \(name)")
        case .malformed(let name): Sentence(en: "it cannot read \(name)", zh: "无法解析 \(name)")
        case .layerCount(let layers, let diffIDs):
            Sentence(
                en: "there are \(layers) layers, and the configuration has \(diffIDs)",
                zh: "有 \(layers) 层，而配置中有 \(diffIDs) 层")
        case .tooMuchHistory(let name):
            Sentence(en: "the history in \(name) has more layers than there are", zh: "\(name) 中的历史多于实际层数")
        case .undecodableLayer(let name): Sentence(en: "it cannot unpack \(name)", zh: "无法解压 \(name)")
        case .wrongDiffID(let name):
            Sentence(en: "\(name) inflates to other bytes than the configuration says", zh: "\(name) 解压后与配置不符")
        case .wrongContent(let name):
            Sentence(en: "\(name) is not what its digest or size says", zh: "\(name) 与其摘要或大小不符")
        case .otherSystem(let name): Sentence(en: "the image is made for \(name)", zh: "该镜像适用于 \(name)")
        case .invalidName(let name): Sentence(en: "“\(name)” is no image name", zh: "“\(name)”不是有效的镜像名")
        case .ambiguous: Sentence(en: "it cannot choose one of several images", zh: "无法在多个镜像中选择")
        }
    }
}
