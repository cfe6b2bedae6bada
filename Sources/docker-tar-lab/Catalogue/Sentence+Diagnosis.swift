internal import Diagnosis
internal import LabNet

/// The frame of a diagnosis: headings, legends and notes.
extension Sentence {
    // MARK: headings of tables

    static var resolver: Sentence { Sentence(en: "resolver", zh: "DNS 服务器") }
    static var roundTrip: Sentence { Sentence(en: "away", zh: "时延") }
    static var said: Sentence { Sentence(en: "said", zh: "应答") }
    static var address: Sentence { Sentence(en: "address", zh: "地址") }
    static var from: Sentence { Sentence(en: "from DNS", zh: "来源") }
    static var tcp: Sentence { Sentence(en: "TCP", zh: "TCP 连接") }
    static var tls: Sentence { Sentence(en: "TLS handshake", zh: "TLS 握手") }
    static var nameShown: Sentence { Sentence(en: "name shown", zh: "域名策略") }
    static var segment: Sentence { Sentence(en: "segment", zh: "分段") }
    static var question: Sentence { Sentence(en: "question", zh: "查询") }
    static var time: Sentence { Sentence(en: "time", zh: "用时") }
    static var sent: Sentence { Sentence(en: "sent at", zh: "发出") }
    static var records: Sentence { Sentence(en: "records", zh: "记录数") }
    static var hopLimit: Sentence { Sentence(en: "hops left", zh: "跳数") }
    static var flags: Sentence { Sentence(en: "flags", zh: "标志") }
    static var options: Sentence { Sentence(en: "options", zh: "选项") }
    static var verdict: Sentence { Sentence(en: "verdict", zh: "判定") }
    static var because: Sentence { Sentence(en: "because", zh: "依据") }
    static var remarks: Sentence { Sentence(en: "remarks", zh: "备注") }
    static var request: Sentence { Sentence(en: "request", zh: "请求") }
    static var status: Sentence { Sentence(en: "status", zh: "状态") }
    static var received: Sentence { Sentence(en: "received", zh: "已接收") }

    // MARK: headings of sections

    static var pageTitle: Sentence { Sentence(en: "Network diagnosis", zh: "网络诊断") }
    static var lineHeading: Sentence { Sentence(en: "This machine: ", zh: "本机：") }
    static var answersHeading: Sentence { Sentence(en: "Answers of DNS", zh: "DNS 应答") }
    static var addressesHeading: Sentence { Sentence(en: "Addresses", zh: "地址") }
    static var handshakesHeading: Sentence {
        Sentence(en: "TLS, by address and by what is shown of the name", zh: "TLS 握手（按地址和域名策略）")
    }
    static var requestsHeading: Sentence { Sentence(en: "Requests in lab mode", zh: "lab 模式下的请求") }

    /// Above the block that is made to be passed on.
    static var shareHeading: Sentence {
        Sentence(en: "To be passed on, in a forum or an issue:", zh: "可直接粘贴到论坛或 issue 中：")
    }

    /// What a registry, or a mirror, said of itself.
    static func registry(_ registry: RegistryFindings) -> Sentence {
        guard registry.isRegistry else { return Sentence(en: "This is no registry.", zh: "这不是镜像仓库。") }
        var parts = [Sentence(en: "Registry", zh: "镜像仓库")]
        if let realm = registry.realm { parts.append(Sentence(en: "challenge: \(realm)", zh: "认证：\(realm)")) }
        if let digest = registry.digest { parts.append(Sentence(en: "manifest \(digest)", zh: "清单 \(digest)")) }
        if let digest = registry.originDigest {
            parts.append(Sentence(en: "the origin names \(digest)", zh: "原始仓库给出 \(digest)"))
        }
        if let left = registry.pullsLeft {
            parts.append(Sentence(en: "\(left) pulls left", zh: "还可拉取 \(left) 次"))
        }
        return Sentence(
            en: parts.map(\.en).joined(separator: "; "), zh: parts.map(\.zh).joined(separator: "；"))
    }

    /// What a host is for, and for which target.
    static func role(_ role: HostFindings.Role, of target: String) -> Sentence {
        switch role {
        case .host: name(of: role)
        default: Sentence(en: "\(name(of: role).en) of \(target)", zh: "\(target) 的\(name(of: role).zh)")
        }
    }

    /// The foldable table of all messages.
    static func everyAnswer(_ count: Int) -> Sentence {
        Sentence(en: "Every message, with its evidence (\(count))", zh: "全部应答及依据（\(count) 个）")
    }

    /// The foldable table of all handshakes.
    static var everyHandshake: Sentence { Sentence(en: "Every handshake", zh: "全部握手记录") }

    /// The foldable list of those of whom nothing came.
    static func silentResolvers(_ count: Int) -> Sentence {
        Sentence(en: "\(count) resolvers of whom nothing came", zh: "\(count) 个 DNS 服务器没有应答")
    }

    /// Between remarks.
    static var separator: Sentence { Sentence(en: "; ", zh: "；") }

    // MARK: legends

    /// What the letters of a timeline mean; milliseconds on a logarithmic axis.
    static var legend: Sentence {
        Sentence(
            en:
                "x forged  ? in doubt  o true  ! no answer  | how far away the resolver is  · listened; in ms, logarithmic",
            zh: "x 伪造  ? 存疑  o 真实  ! 非应答  | 服务器的往返时延  · 监听时段；单位毫秒，对数刻度")
    }

    /// How many resolvers have no line.
    static func moreResolvers(_ count: Int) -> Sentence {
        Sentence(en: "\(count) more resolvers are not shown", zh: "另有 \(count) 个 DNS 服务器未显示")
    }

    static func timelineOf(_ name: String) -> Sentence {
        Sentence(en: "When answers for \(name) came", zh: "\(name) 的应答到达时间")
    }

    static var markForged: Sentence { Sentence(en: "forged", zh: "伪造") }
    static var markDoubtful: Sentence { Sentence(en: "held or in doubt", zh: "待定或存疑") }
    static var markGenuine: Sentence { Sentence(en: "true", zh: "真实") }
    static var markDisturbed: Sentence { Sentence(en: "no answer to the query", zh: "非应答") }
    static var markDistance: Sentence { Sentence(en: "how far away the resolver is", zh: "服务器的往返时延") }
    static var markWindow: Sentence { Sentence(en: "answers were awaited (logarithmic time)", zh: "监听时段（对数时间轴）") }

    /// Why an endpoint of another host stands in the matrix.
    static var controlEndpoint: Sentence {
        Sentence(
            en:
                "* An address that has nothing to do with the host: only whether the name alone is enough to be killed.",
            zh: "* 与该主机无关的对照地址：仅用于判断单凭域名是否会被阻断。")
    }

    /// The page's last words.
    static var pageNotes: Sentence {
        Sentence(
            en:
                "Times are measured on this machine. “Forged” rests on the evidence beside each answer; an address is right when its certificate says so. This page loads nothing and runs no script.",
            zh: "时间均在本机测得。“伪造”的判定依据列在每个应答旁；地址是否正确，以其证书为准。本页面不加载任何外部内容，也不运行脚本。")
    }

    // MARK: this machine

    /// What was seen of this machine's line.
    static func line(_ line: Line) -> Sentence {
        var parts: [Sentence] = []
        let families = line.families.sorted { $0.rawValue < $1.rawValue }.map(name)
        parts.append(
            families.isEmpty
                ? Sentence(en: "no route to the world", zh: "没有通往外网的路由")
                : Sentence(name: families.joined(separator: ", ")))
        parts.append(line.isUp ? Sentence(en: "online", zh: "已联网") : Sentence(en: "nothing answers", zh: "没有任何响应"))
        if let portal = line.portal { parts.append(Sentence(en: "login page at \(portal)", zh: "登录页面：\(portal)")) }
        // What a Date field can tell is whole seconds, and those of a journey.
        if let offset = line.clockOffset, offset > .seconds(2) || offset < .seconds(-2) { parts.append(clock(offset)) }
        if let proxy = line.proxy { parts.append(Self.proxy(proxy)) }
        return Sentence(en: parts.map(\.en).joined(separator: "; "), zh: parts.map(\.zh).joined(separator: "；"))
    }

    private static func proxy(_ proxy: Line.ProxyFindings) -> Sentence {
        let use =
            proxy.isUsed
            ? Sentence(en: "proxy \(proxy.place), used", zh: "代理 \(proxy.place)（使用中）")
            : Sentence(en: "proxy \(proxy.place), not used", zh: "代理 \(proxy.place)（未使用）")
        guard let failure = proxy.failure else { return Sentence(en: "\(use.en), answers", zh: "\(use.zh)，有响应") }
        return Sentence(en: "\(use.en): \(cause(failure).en)", zh: "\(use.zh)：\(cause(failure).zh)")
    }

    /// A report stands on the disk.
    static func reportWritten(_ path: String) -> Sentence { Sentence(en: "Report: \(path)", zh: "报告：\(path)") }

    /// A report could not be written.
    static func reportNotWritten(_ path: String, _ reason: Sentence) -> Sentence {
        Sentence(en: "\(path) cannot be written: \(reason.en).", zh: "无法写入 \(path)：\(reason.zh)。")
    }
}
