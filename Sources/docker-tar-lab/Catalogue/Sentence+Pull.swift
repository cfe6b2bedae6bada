internal import LabNet
internal import Puller

/// Why a pull failed.
extension Sentence {
    /// What was being done, and where.
    static func attempted(_ error: PullError) -> Sentence {
        let place = error.place
        return switch error.step {
        case .credential: Sentence(en: "looking for a credential in \(place)", zh: "在 \(place) 中查找凭据")
        case .authorise: Sentence(en: "getting a token from \(place)", zh: "从 \(place) 获取令牌")
        case .manifest: Sentence(en: "asking \(place) for the manifest", zh: "向 \(place) 请求清单（manifest）")
        case .tags: Sentence(en: "asking \(place) for the tags", zh: "向 \(place) 请求标签列表")
        case .config:
            Sentence(en: "fetching the image's configuration from \(place)", zh: "从 \(place) 获取镜像配置")
        case .layer(let digest):
            Sentence(en: "fetching layer \(digest.short) from \(place)", zh: "从 \(place) 下载镜像层 \(digest.short)")
        case .stored: Sentence(en: "reading \(place)", zh: "读取 \(place)")
        case .archive: Sentence(en: "writing \(place)", zh: "写入 \(place)")
        case .upload(let digest):
            Sentence(en: "sending blob \(digest.short) to \(place)", zh: "向 \(place) 上传数据块 \(digest.short)")
        case .publish: Sentence(en: "naming the image at \(place)", zh: "在 \(place) 发布镜像清单和名称")
        case .daemon: Sentence(en: "talking to the daemon at \(place)", zh: "与 \(place) 的守护进程通信")
        }
    }

    /// The cause of a failure, as the end of “…: ”.
    static func cause(_ cause: PullError.Cause) -> Sentence {
        switch cause {
        case .notFound(let words):
            Sentence(
                en: "there is no such image or tag\(quoted(words).en)", zh: "镜像或标签不存在\(quoted(words).zh)")
        case .noSuchPlatform(let wanted, _):
            Sentence(
                en: "the image does not exist for \(wanted.listName)", zh: "该镜像没有 \(wanted.listName) 平台的版本")
        case .unauthorised(let status, let words): unauthorised(status, words)
        case .rateLimited(let words, _): rateLimited(words)
        case .status(let status, let words):
            Sentence(
                en: "the server answered \(status)\(quoted(words).en)", zh: "服务器返回 \(status)\(quoted(words).zh)")
        case .malformed(let rule):
            Sentence(en: "the answer is not what a registry gives: \(rule)", zh: "应答不符合镜像仓库协议：\(rule)")
        case .realmRefused(let reason): realmRefused(reason)
        case .credential(let problem): credential(problem)
        case .digestMismatch(let expected, let actual): digestMismatch(expected, actual)
        case .sizeMismatch(let expected, let actual):
            Sentence(
                en: "the content is \(actual) bytes long, and it should be \(expected)",
                zh: "内容大小不符：实际 \(actual) 字节，应为 \(expected) 字节")
        case .diffIDMismatch(let expected, let actual): diffIDMismatch(expected, actual)
        case .undecodable(let detail):
            Sentence(en: "the layer cannot be unpacked: \(detail)", zh: "镜像层无法解压：\(detail)")
        case .foreignRefused(let reason): foreignRefused(reason)
        case .onePlatformLayout:
            Sentence(en: "this layout holds one platform", zh: "该归档格式只能容纳一个平台")
        case .folderLayout:
            Sentence(en: "only an OCI layout can be a folder", zh: "只有 OCI 布局才能写成文件夹")
        case .severalImages(let count):
            Sentence(en: "there are \(count) images, and one name for them", zh: "共有 \(count) 个镜像，却只给了一个名称")
        case .noRoom(let needed, let available): noRoom(ByteCount.text(needed), ByteCount.text(available))
        case .unsupported(let detail):
            Sentence(en: "this kind of content cannot be saved: \(detail)", zh: "无法保存这种内容：\(detail)")
        case .unreadableArchive(let rule):
            Sentence(en: "the archive cannot be read: \(rule)", zh: "归档无法读取：\(rule)")
        case .disk(let errno): .errno(errno)
        case .exists:
            Sentence(
                en: "something that may not be replaced stands under that name", zh: "已存在同名文件，且不允许覆盖")
        case .network(let error): .cause(error.cause)
        case .stale(let mirror, let origin): stale(mirror, origin)
        case .notVouched: notVouched
        case .nameless:
            Sentence(en: "the image has no name, and a registry needs one", zh: "该镜像没有名称，推送到仓库必须有名称")
        case .sameName(let one, let other): sameName(one, other)
        case .daemon(let words):
            Sentence(en: "the daemon refuses\(quoted(words).en)", zh: "守护进程拒绝了请求\(quoted(words).zh)")
        case .noDaemon(let paths): noDaemon(at: paths)
        case .daemonAddress(let text): daemonAddress(text)
        case .allFailed:
            Sentence(en: "all that could be asked have failed", zh: "所有可用的来源都失败了")
        }
    }

    private static func unauthorised(_ status: Int, _ words: String) -> Sentence {
        Sentence(
            en: "the registry answered \(status), not authorised\(quoted(words).en)",
            zh: "仓库返回 \(status)，未获授权\(quoted(words).zh)")
    }

    private static func rateLimited(_ words: String) -> Sentence {
        Sentence(
            en: "the registry's pull limit is reached (429)\(quoted(words).en)",
            zh: "已达到仓库的拉取次数限制（429）\(quoted(words).zh)")
    }

    private static func realmRefused(_ reason: String) -> Sentence {
        Sentence(
            en: "the token server that the registry names is not asked: \(reason)",
            zh: "拒绝访问仓库指定的令牌服务器：\(reason)")
    }

    private static func foreignRefused(_ reason: String) -> Sentence {
        Sentence(
            en: "the registry does not have this layer, and the address that it names is not asked: \(reason)",
            zh: "仓库没有该镜像层，且拒绝访问其指定的下载地址：\(reason)")
    }

    private static func noDaemon(at paths: [String]) -> Sentence {
        Sentence(
            en: "no daemon has a socket at \(paths.joined(separator: ", "))",
            zh: "以下位置没有守护进程的套接字：\(paths.joined(separator: ", "))")
    }

    private static func daemonAddress(_ text: String) -> Sentence {
        Sentence(
            en: "only sockets of this machine are spoken to, and this is none: \(text)",
            zh: "只支持本机的 Unix 套接字，而这不是：\(text)")
    }

    private static var notVouched: Sentence {
        Sentence(
            en: "the registry itself does not vouch for the digest, and -require-origin was given",
            zh: "原仓库未能确认摘要，而命令要求必须确认（-require-origin）")
    }

    private static func noRoom(_ needed: String, _ available: String) -> Sentence {
        Sentence(
            en: "at least \(needed) are needed on that disk, and \(available) are left",
            zh: "该磁盘至少需要 \(needed)，目前只剩 \(available)")
    }

    private static func sameName(_ one: Digest, _ other: Digest) -> Sentence {
        Sentence(
            en: "two different images would have this name there: \(one.short) and \(other.short)",
            zh: "两个不同的镜像在目标仓库会使用同一个名称：\(one.short) 和 \(other.short)")
    }

    private static func digestMismatch(_ expected: Digest, _ actual: Digest) -> Sentence {
        Sentence(
            en: "the content is not what was asked for: its digest is \(actual), and it should be \(expected)",
            zh: "内容校验失败：实际摘要为 \(actual)，应为 \(expected)")
    }

    private static func diffIDMismatch(_ expected: Digest, _ actual: Digest) -> Sentence {
        Sentence(
            en:
                "the layer unpacks to other bytes than the configuration says: diffID \(actual) in place of \(expected)",
            zh: "镜像层解压后与配置不符：实际 diffID 为 \(actual)，应为 \(expected)")
    }

    private static func stale(_ mirror: Digest, _ origin: Digest) -> Sentence {
        Sentence(
            en: "it is stale or lies: it has \(mirror) under that name, and the registry has \(origin)",
            zh: "镜像站内容过期或有误：该名称在镜像站上是 \(mirror)，在原仓库是 \(origin)")
    }

    /// The server's own words, where it gave any.
    static func quoted(_ words: String) -> Sentence {
        words.isEmpty ? Sentence(name: "") : Sentence(en: ": “\(words)”", zh: "：“\(words)”")
    }
}
