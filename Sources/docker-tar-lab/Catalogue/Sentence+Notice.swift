internal import LabNet

/// What the user should know, though nothing failed.
extension Sentence {
    /// A line that begins so.
    static func notice(_ notice: Sentence) -> Sentence {
        Sentence(en: "Note: \(notice.en)", zh: "提示：\(notice.zh)")
    }

    /// What the transport has decided.
    static func notice(_ notice: Observation.Notice) -> Sentence {
        switch notice {
        case .proxyIgnoredInLabMode:
            Sentence(
                en: "lab mode goes direct; the proxy of the environment is not used. Name one with -proxy to use it.",
                zh: "lab 模式直接连接，不使用环境变量中的代理；如需代理，请用 -proxy 指定。")
        case .localProxy(let address):
            Sentence(
                en: "a local proxy is at work here: it answers names with addresses of its own (\(address)) "
                    + "and carries the connections. It is used; the certificates are verified as always.",
                zh: "本机有代理程序在工作：它用自己的地址（\(address)）应答域名，并代为传输连接。将使用该代理，证书照常验证。")
        case .resolversImpersonated:
            Sentence(
                en: "somebody answers DNS in every resolver's place (port 53 is hijacked). "
                    + "Resolvers over TLS or HTTPS help: -dns-servers tls://9.9.9.9,https://1.1.1.1/dns-query",
                zh: "有人冒充所有 DNS 服务器应答（53 端口被劫持）。"
                    + "可改用加密的 DNS：-dns-servers tls://9.9.9.9,https://1.1.1.1/dns-query")
        case .memoryNotKept(let number):
            Sentence(
                en: "what works on this network cannot be kept for the next run: \(Sentence.errno(number).en).",
                zh: "无法为下次运行保存本网络上的可用路径：\(Sentence.errno(number).zh)。")
        }
    }

    /// `-password` was used.
    static var passwordIsVisible: Sentence {
        Sentence(
            en: "-password can be seen by others in the process list (ps); "
                + "-password-stdin and $DOCKER_TAR_LAB_PASSWORD cannot.",
            zh: "其他用户可以在进程列表（ps）中看到 -password 的内容；建议改用 -password-stdin 或环境变量 DOCKER_TAR_LAB_PASSWORD。")
    }

    /// The image was named by digest and has no tag in the archive.
    static var loadsWithoutName: Sentence {
        Sentence(
            en: "the image is named by its digest and loads without a name (<none>). "
                + "Give one with -as NAME:TAG, or afterwards with docker tag.",
            zh: "镜像是按摘要指定的，加载后没有名称（<none>）。可以用 -as 名称:标签 指定，或在加载后用 docker tag 命名。")
    }

    /// Few pulls are left.
    static func pullsLeft(_ count: Int) -> Sentence {
        Sentence(en: "the registry allows \(count) more pulls for now.", zh: "仓库目前还允许拉取 \(count) 次。")
    }

    /// A layer is fetched again.
    static func retrying(_ layer: Int, attempt: Int, _ reason: Sentence) -> Sentence {
        Sentence(
            en: "layer \(layer) is fetched again (\(attempt)): \(reason.en)",
            zh: "第 \(layer) 层重新下载（第 \(attempt) 次）：\(reason.zh)")
    }

    /// A mirror failed.
    static func passedOver(_ step: Sentence, _ cause: Sentence) -> Sentence {
        Sentence(
            en: "\(step.en): \(cause.en). The next one is asked.", zh: "\(step.zh)：\(cause.zh)。改用下一个来源。")
    }

    /// The registry could not be asked what the tag stands for.
    static func vouchedByMirrorOnly(_ cause: Sentence) -> Sentence {
        Sentence(
            en: "digest vouched for by the mirror only (\(cause.en)). -require-origin makes that an error.",
            zh: "摘要仅由镜像站提供，原仓库未能确认（\(cause.zh)）。如需强制确认，请用 -require-origin。")
    }

    /// A mirror is slow.
    static func slow(_ mirror: String, _ rate: String) -> Sentence {
        Sentence(
            en: "\(mirror) is slow: \(rate)/s. Another one may be faster: -mirror HOST.",
            zh: "\(mirror) 速度很慢：\(rate)/s。可以换一个镜像站：-mirror 主机。")
    }

    /// For the log: an earlier run has left something of a layer.
    static func resumed(_ layer: Int, _ size: String) -> Sentence {
        Sentence(
            en: "\(size) of layer \(layer) are here from an earlier pull", zh: "第 \(layer) 层已有 \(size)，来自之前的拉取")
    }

    /// Nothing of this pull can be kept.
    static func cacheUnusable(_ reason: Sentence) -> Sentence {
        Sentence(
            en: "should this pull be interrupted, nothing of it can be kept for the next one: \(reason.en). "
                + "Name another place with $XDG_CACHE_HOME, or say -no-cache.",
            zh: "如果本次拉取被中断，已下载的内容无法保留：\(reason.zh)。可用 $XDG_CACHE_HOME 指定其他位置，或使用 -no-cache。")
    }

    /// For the log: what begins.
    static func begins(_ action: Action, _ image: String) -> Sentence {
        switch action {
        case .pull: Sentence(en: "pulling \(image)", zh: "开始拉取 \(image)")
        case .list: Sentence(en: "listing \(image)", zh: "开始列出 \(image) 的平台")
        case .inspect: Sentence(en: "inspecting \(image)", zh: "开始查看 \(image)")
        case .tags: Sentence(en: "listing the tags of \(image)", zh: "开始列出 \(image) 的标签")
        case .sync: Sentence(en: "bringing \(image)", zh: "开始同步 \(image)")
        case .convert: Sentence(en: "converting \(image)", zh: "开始转换 \(image)")
        case .diagnose: Sentence(en: "diagnosing \(image)", zh: "开始诊断 \(image)")
        }
    }

    /// For the log: the layers that a pull consists of.
    static func planned(_ count: Int, _ size: String) -> Sentence {
        Sentence(en: "\(count) layers, \(size)", zh: "共 \(count) 层，\(size)")
    }

    /// For the log: a layer is right.
    static func verified(_ layer: Int) -> Sentence {
        Sentence(en: "layer \(layer) verified", zh: "第 \(layer) 层已校验")
    }

    /// For the log: the archive stands.
    static func written(_ path: String, _ size: String) -> Sentence {
        Sentence(en: "wrote \(path), \(size)", zh: "已写入 \(path)，\(size)")
    }
}
