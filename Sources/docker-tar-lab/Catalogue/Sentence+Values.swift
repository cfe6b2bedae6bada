internal import LabNet
internal import Puller

/// Why a value that other rooms read could not be read.
extension Sentence {
    /// Why a text is no image name.
    static func reason(_ error: ReferenceError) -> Sentence {
        switch error {
        case .empty: Sentence(en: "it is empty.", zh: "不能为空。")
        case .imageID:
            Sentence(
                en: "it is an image's ID, and registries know images by name.", zh: "这是镜像 ID，而仓库只能按名称查找镜像。")
        case .registry(let text):
            Sentence(en: "“\(text)” is neither HOST nor HOST:PORT.", zh: "“\(text)”不是有效的 主机 或 主机:端口。")
        case .upperCase(let text):
            Sentence(en: "“\(text)” has capital letters; names are in lower case.", zh: "“\(text)”含有大写字母；镜像名必须全部小写。")
        case .path(let text):
            Sentence(
                en: "“\(text)” may only hold lower-case letters and digits, joined by . _ __ or -.",
                zh: "“\(text)”只能包含小写字母和数字，中间可用 .、_、__ 或 - 连接。")
        case .tooLong(let count):
            Sentence(
                en: "it has \(count) characters, and 255 are allowed.", zh: "长度为 \(count) 个字符，最多允许 255 个。")
        case .tag(let text):
            Sentence(
                en: "“\(text)” is no tag: up to 128 letters, digits, and . _ - inside.",
                zh: "“\(text)”不是有效的标签：最多 128 个字母、数字、下划线、点或连字符，且不能以点或连字符开头。")
        case .digest(let text):
            Sentence(
                en: "“\(text)” is no digest; one looks like sha256: and 64 hexadecimal digits in lower case.",
                zh: "“\(text)”不是有效的摘要；格式为 sha256: 加 64 位小写十六进制数字。")
        }
    }

    /// Why a text is no platform.
    static func reason(_ error: PlatformError) -> Sentence {
        Sentence(
            en: "no platform is called so. Examples: amd64, arm64, armv7, 386, linux/arm/v7, windows/amd64.",
            zh: "没有这样的平台。例如：amd64、arm64、armv7、386、linux/arm/v7、windows/amd64。")
    }

    /// Why a pin cannot be read.
    static func reason(_ error: CertificatePin.ParseError) -> Sentence {
        switch error {
        case .form:
            Sentence(
                en: "give HOST=sha256:FINGERPRINT, as the error message printed it.",
                zh: "格式为 主机=sha256:指纹，可直接使用错误信息中给出的内容。")
        case .host(let text): notAHost(text)
        case .port(let text): notAPort(text)
        case .digest:
            Sentence(
                en: "a fingerprint has 64 hexadecimal digits, with or without colons.", zh: "指纹应为 64 位十六进制数字，冒号可有可无。")
        }
    }

    /// Why a proxy's URL cannot be read.
    static func reason(_ error: ProxyServer.URLError) -> Sentence {
        switch error {
        case .unknownScheme(let text):
            Sentence(
                en: "“\(text)” is not spoken; there are http, https, socks5 and socks5h.",
                zh: "不支持“\(text)”；可用的有 http、https、socks5 和 socks5h。")
        case .badHost(let text): notAHost(text)
        case .badPort(let text): notAPort(text)
        case .badCredentials:
            Sentence(
                en: "user name and password must be percent-encoded, as in p%40ss for p@ss.",
                zh: "用户名和密码需要百分号编码，例如 p@ss 写成 p%40ss。")
        }
    }

    /// What is wrong with a list of resolvers, and where in it.
    static func reason(_ error: ResolverListError) -> Sentence {
        let problem = problem(error.problem)
        return switch error.place {
        case .line(let number):
            Sentence(
                en: "line \(number), “\(error.text)”: \(problem.en)", zh: "第 \(number) 行“\(error.text)”：\(problem.zh)")
        case .item(let number):
            Sentence(
                en: "item \(number), “\(error.text)”: \(problem.en)", zh: "第 \(number) 项“\(error.text)”：\(problem.zh)")
        case .whole: problem
        }
    }

    private static func problem(_ problem: ResolverListError.Problem) -> Sentence {
        switch problem {
        case .empty: Sentence(en: "there is nothing.", zh: "内容为空。")
        case .notAnAddress:
            Sentence(
                en: "give an address such as 9.9.9.9, 9.9.9.9:5353 or [2620:fe::fe]:53; "
                    + "a name can only follow one, as in tls://1.1.1.1@one.one.one.one.",
                zh: "应为 IP 地址，例如 9.9.9.9、9.9.9.9:5353 或 [2620:fe::fe]:53；"
                    + "域名只能跟在地址之后，例如 tls://1.1.1.1@one.one.one.one。")
        case .notUnicast: Sentence(en: "nobody can be asked there.", zh: "这个地址上不可能有 DNS 服务器。")
        case .badPort: Sentence(en: "the port must be from 1 to 65535.", zh: "端口必须在 1 到 65535 之间。")
        case .unknownScheme(let scheme):
            Sentence(
                en: "\(scheme):// is not spoken; there are udp, tcp, tls and https.",
                zh: "不支持 \(scheme):// 协议；可用的有 udp、tcp、tls 和 https。")
        case .badName:
            Sentence(
                en: "after @ stands the name in the resolver's certificate, as in tls://1.1.1.1@one.one.one.one.",
                zh: "@ 后面应为服务器证书上的域名，例如 tls://1.1.1.1@one.one.one.one。")
        case .nameWithoutTLS:
            Sentence(
                en: "a name after @ is for tls:// and https:// only.", zh: "只有 tls:// 和 https:// 可以用 @ 指定域名。")
        case .badPath:
            Sentence(
                en: "only https:// takes a path, without blanks and braces, as in https://1.1.1.1/dns-query.",
                zh: "只有 https:// 可以带路径，且不能含空格和花括号，例如 https://1.1.1.1/dns-query。")
        case .secondCanary:
            Sentence(en: "one canary of each family is enough.", zh: "每个协议族只能有一个探测地址。")
        case .canaryIsResolver:
            Sentence(
                en: "a resolver of the list listens there; a canary is where none does.",
                zh: "这是列表中的 DNS 服务器；探测地址上不能有 DNS 服务器。")
        case .tooMany(let limit):
            Sentence(en: "at most \(limit) resolvers can be asked.", zh: "最多只能使用 \(limit) 个 DNS 服务器。")
        }
    }

    /// Why authorities cannot be used.
    init(_ error: TrustError) {
        self =
            switch error {
            case .unreadable(let path, let number):
                Sentence(
                    en: "\(path) cannot be read: \(Sentence.errno(number).en).",
                    zh: "无法读取 \(path)：\(Sentence.errno(number).zh)。")
            case .notCertificates(let path, let reason):
                Sentence(
                    en: "\(path) holds no usable certificates (\(reason)).", zh: "\(path) 中没有可用的证书（\(reason)）。")
            case .clientKey(let path, let reason):
                Sentence(
                    en: "the client certificate \(path) lacks its key (\(reason)).",
                    zh: "客户端证书 \(path) 缺少匹配的私钥（\(reason)）。")
            case .library(let reason):
                Sentence(en: "OpenSSL cannot be set up (\(reason)).", zh: "OpenSSL 初始化失败（\(reason)）。")
            }
    }

    private static func notAHost(_ text: String) -> Sentence {
        Sentence(en: "“\(text)” is no host.", zh: "“\(text)”不是有效的主机名或地址。")
    }

    private static func notAPort(_ text: String) -> Sentence {
        Sentence(en: "“\(text)” is no port from 1 to 65535.", zh: "“\(text)”不是 1 到 65535 之间的端口。")
    }
}
