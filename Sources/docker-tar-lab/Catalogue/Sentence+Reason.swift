internal import Diagnosis
internal import LabNet

/// What a verdict rests on.
extension Sentence {
    /// One reason, as a line of its own.
    static func reason(_ reason: Reason) -> Sentence {
        switch reason {
        case .forgedAnswers(let count, let injectors): forgedAnswers(count, injectors)
        case .systemMisled(let addresses):
            Sentence(
                en: "this machine's own resolver says \(list(addresses)), and the evidence is against it",
                zh: "本机的 DNS 服务器给出 \(list(addresses))，与证据不符")
        case .systemFails(let cause): about(systemFails, cause)
        case .portHijacked:
            Sentence(
                en: "somebody answers even where no resolver is: port 53 is in his hands",
                zh: "没有 DNS 服务器的地址也有应答：53 端口被整体劫持")
        case .polluted(let resolvers): polluted(resolvers)
        case .encryptedBlocked(let blocked, let all): encryptedBlocked(blocked, of: all)
        case .killedByName(let endpoint, let strategy, let cause, let elapsed, let roundTrip):
            killed(endpoint, strategy, cause, elapsed, roundTrip)
        case .killedByNameElsewhere(let endpoint, let cause): about(killedElsewhere(endpoint), cause)
        case .namelessDropped(let endpoint, let cause): about(namelessDropped(endpoint), cause)
        case .unreachable(let endpoint, let cause), .serverFails(let endpoint?, let cause):
            about(Sentence(name: "\(endpoint)"), cause)
        case .familyBlocked(let family): familyBlocked(name(of: family))
        case .otherCertificate(let endpoint, let problem):
            about(Sentence(name: "\(endpoint)"), .certificate(problem))
        case .streamStopped(let endpoint, let bytes, let cause):
            about(streamStopped(endpoint, ByteCount.text(Int64(bytes))), cause)
        case .streamSlow(let bytes, let elapsed): streamSlow(ByteCount.text(Int64(bytes)), brief(elapsed))
        case .smallSegmentsPass(let endpoint, let size): smallSegmentsPass(endpoint, size)
        case .portalAt(let place): Sentence(en: "the login page is at \(place)", zh: "登录页面：\(place)")
        case .localProxy(let address): localProxy(address)
        case .clockOff(let offset): clock(offset)
        case .certificateOutOfDate(let problem): certificateOutOfDate(problem.reason)
        case .status(let status, let url, let words): answered(status, url, words)
        case .otherDigest(let mirror, let origin):
            Sentence(
                en: "the mirror serves \(mirror), the origin \(origin)", zh: "镜像站的摘要是 \(mirror)，原仓库是 \(origin)")
        case .mirrorFails(let cause?): about(Sentence(en: "the mirror fails", zh: "镜像站出错"), cause)
        case .mirrorFails(nil): Sentence(en: "the mirror does not serve the image", zh: "镜像站不提供该镜像")
        case .proxyDead(let place, let cause): about(Sentence(en: "proxy \(place)", zh: "代理 \(place)"), cause)
        case .serverFails(nil, let cause): about(Sentence(en: "the server", zh: "服务器"), cause)
        case .noSuchName: noSuchName
        case .nothingAnswers: Sentence(en: "nothing came back from anywhere", zh: "没有收到任何来自网络的响应")
        case .partOf(let host, let role): partOf(host, name(of: role))
        }
    }

    /// What failed, and how.
    private static func about(_ what: Sentence, _ cause: NetworkError.Cause) -> Sentence {
        Sentence(en: "\(what.en): \(Self.cause(cause).en)", zh: "\(what.zh)：\(Self.cause(cause).zh)")
    }

    /// A reset that is back before the server can have answered is a box's on the way.
    private static func killed(
        _ endpoint: Endpoint, _ strategy: ServerNameStrategy, _ cause: NetworkError.Cause, _ elapsed: Duration,
        _ roundTrip: Duration?
    ) -> Sentence {
        let end = Self.cause(cause)
        let head = Sentence(
            en: "\(endpoint), name shown as \(strategy.spelling): \(end.en) (\(brief(elapsed)))",
            zh: "\(endpoint)，域名策略 \(strategy.spelling)：\(end.zh)（\(brief(elapsed))）")
        guard let roundTrip else { return head }
        let isNearer = cause == .resetAfterHello && elapsed * 4 < roundTrip * 3
        let tail =
            isNearer
            ? Sentence(
                en: "the server is \(brief(roundTrip)) away, so it was somebody nearer",
                zh: "而到服务器的往返时延是 \(brief(roundTrip))，说明动手的设备离本机更近")
            : Sentence(en: "the server is \(brief(roundTrip)) away", zh: "到服务器的往返时延是 \(brief(roundTrip))")
        return Sentence(en: "\(head.en); \(tail.en)", zh: "\(head.zh)；\(tail.zh)")
    }
}

// MARK: - One sentence each

extension Sentence {
    private static func forgedAnswers(_ count: Int, _ injectors: Int) -> Sentence {
        // English alone tells one from many.
        let answers = Sentence(
            en: "\(count) forged answer\(count == 1 ? "" : "s") came", zh: "收到 \(count) 个伪造的应答")
        guard injectors > 0 else { return answers }
        return Sentence(
            en: "\(answers.en), by \(injectors) injector\(injectors == 1 ? "" : "s")",
            zh: "\(answers.zh)，来自 \(injectors) 台注入设备")
    }

    private static var systemFails: Sentence {
        Sentence(
            en: "this machine's own resolver fails where others answer", zh: "本机的 DNS 服务器解析失败，而其他服务器正常应答")
    }

    private static func polluted(_ resolvers: [ResolverAddress]) -> Sentence {
        Sentence(
            en: "what \(list(resolvers)) says, none of the others says: polluted",
            zh: "\(list(resolvers)) 的应答与其他服务器都不一致：已被污染")
    }

    private static func encryptedBlocked(_ blocked: Int, of all: Int) -> Sentence {
        Sentence(
            en: "of \(all) encrypted resolvers \(blocked) cannot be reached",
            zh: "\(all) 个加密 DNS 服务器中有 \(blocked) 个无法连接")
    }

    private static func killedElsewhere(_ endpoint: Endpoint) -> Sentence {
        Sentence(
            en: "even at \(endpoint), which has nothing to do with it, a hello with this name ends so",
            zh: "即使发往毫不相干的 \(endpoint)，握手带有该域名也会中断")
    }

    private static func namelessDropped(_ endpoint: Endpoint) -> Sentence {
        Sentence(
            en: "at \(endpoint) a hello without a name is dropped, one with a name is not",
            zh: "发往 \(endpoint) 的握手不带域名会被丢弃，带域名则不会")
    }

    private static func familyBlocked(_ family: String) -> Sentence {
        Sentence(
            en: "no address of \(family) can be reached, though this machine has it",
            zh: "所有 \(family) 地址都无法连接，尽管本机支持该协议")
    }

    private static func streamStopped(_ endpoint: Endpoint?, _ bytes: String) -> Sentence {
        let place = endpoint.map { "\($0), " } ?? ""
        return Sentence(en: "\(place)after \(bytes) of the body", zh: "\(place)传输 \(bytes) 后")
    }

    private static func streamSlow(_ bytes: String, _ time: String) -> Sentence {
        Sentence(en: "\(bytes) took \(time)", zh: "\(bytes) 用了 \(time)")
    }

    private static func smallSegmentsPass(_ endpoint: Endpoint, _ size: Int) -> Sentence {
        Sentence(
            en: "at \(endpoint) segments of \(size) bytes pass where larger ones are lost",
            zh: "发往 \(endpoint) 的 \(size) 字节分段可以通过，更大的会丢失")
    }

    private static func localProxy(_ address: IPAddress) -> Sentence {
        Sentence(
            en: "a proxy on this machine answers names with addresses of its own (\(address))",
            zh: "本机的代理程序用自己的地址应答域名（\(address)）")
    }

    private static func certificateOutOfDate(_ words: String) -> Sentence {
        Sentence(
            en: "by a clock that is right, the server's own certificate is out of date (\(words))",
            zh: "按正确的时间，服务器自身的证书不在有效期内（\(words)）")
    }

    private static func answered(_ status: Int, _ url: String, _ words: String?) -> Sentence {
        let quoted = words.map { ": “\($0)”" } ?? ""
        return Sentence(en: "\(url) answers \(status)\(quoted)", zh: "\(url) 返回 \(status)\(quoted)")
    }

    private static var noSuchName: Sentence {
        Sentence(
            en: "the name does not exist, as all resolvers say that can be believed", zh: "所有可信的 DNS 服务器都表示该域名不存在")
    }

    private static func partOf(_ host: Host, _ role: Sentence) -> Sentence {
        Sentence(en: "the trouble is \(role.en), \(host)", zh: "问题出在\(role.zh) \(host)")
    }
}

// MARK: - Parts

extension Sentence {
    /// By how much the clock is off.
    static func clock(_ offset: Duration) -> Sentence {
        let size = brief(offset < .zero ? .zero - offset : offset)
        return offset < .zero
            ? Sentence(en: "the clock is \(size) slow", zh: "本机时间慢了 \(size)")
            : Sentence(en: "the clock is \(size) fast", zh: "本机时间快了 \(size)")
    }

    /// `IPv4`, `IPv6`.
    static func name(of family: IPAddress.Family) -> String { family == .ip4 ? "IPv4" : "IPv6" }

    /// What a host is for.
    static func name(of role: HostFindings.Role) -> Sentence {
        switch role {
        case .registry: Sentence(en: "the registry", zh: "镜像仓库")
        case .tokenServer: Sentence(en: "the token server", zh: "令牌服务器")
        case .storage: Sentence(en: "the storage of blobs", zh: "存储镜像数据的服务器")
        case .mirror: Sentence(en: "the mirror", zh: "镜像站")
        case .host: Sentence(en: "the host", zh: "主机")
        case .control: Sentence(en: "the control host", zh: "对照主机")
        }
    }

    /// At most four of them.
    static func list(_ items: [some CustomStringConvertible]) -> String {
        items.prefix(4).map(\.description).joined(separator: ", ") + (items.count > 4 ? ", …" : "")
    }
}
