internal import LabNet

/// Why the transport failed.
extension Sentence {
    /// What was being done, for whom and against which endpoint.
    static func attempted(_ error: NetworkError) -> Sentence {
        let endpoint = error.endpoint.map(\.description).flatMap { $0 == error.host ? nil : $0 }
        let strategy = error.strategy.flatMap { $0 == .plain ? nil : $0.spelling }
        let details = [endpoint, strategy].compactMap(\.self).joined(separator: ", ")
        let place = error.host + (details.isEmpty ? "" : " (\(details))")
        return switch error.step {
        case .resolve: Sentence(en: "looking up \(place)", zh: "解析 \(place)")
        case .dial: Sentence(en: "connecting to \(place)", zh: "连接 \(place)")
        case .secure: Sentence(en: "TLS with \(place)", zh: "与 \(place) 的 TLS 握手")
        case .exchange: Sentence(en: "HTTP with \(place)", zh: "与 \(place) 的 HTTP 通信")
        }
    }

    /// A step of the transport by its name.
    static func step(_ step: Step) -> Sentence {
        switch step {
        case .resolve: Sentence(en: "DNS", zh: "域名解析")
        case .dial: Sentence(en: "TCP", zh: "TCP 连接")
        case .secure: Sentence(en: "TLS", zh: "TLS 握手")
        case .exchange: Sentence(en: "HTTP", zh: "HTTP 通信")
        }
    }

    /// The cause of a failure, as the end of “…: ”.
    static func cause(_ cause: NetworkError.Cause) -> Sentence {
        switch cause {
        case .noSuchName: Sentence(en: "there is no such host name", zh: "这个主机名不存在")
        case .noAnswer: Sentence(en: "no resolver gave an answer of use", zh: "没有 DNS 服务器给出可用的应答")
        case .onlyForgedAnswers(let count):
            Sentence(
                en: "only forged DNS answers came (\(count)), and none was believed",
                zh: "收到的 DNS 应答全部是伪造的（\(count) 个），一个都没有采信")
        case .noAddressInFamily(let family):
            Sentence(
                en: "the name has no address that -network \(family.rawValue) allows",
                zh: "该域名没有 -network \(family.rawValue) 允许的地址")
        case .refused: Sentence(en: "the connection was refused", zh: "连接被拒绝")
        case .unreachable(let errno), .system(let errno): .errno(errno)
        case .timedOut(let duration):
            Sentence(en: "nothing came back within \(seconds(duration)) s", zh: "\(seconds(duration)) 秒内没有响应")
        case .outOfReach(let address): outOfReach(address)
        case .proxyRefused(let code):
            Sentence(en: "the proxy refused with code \(code)", zh: "代理拒绝了请求，代码 \(code)")
        case .proxyProtocol(let detail):
            Sentence(en: "the proxy broke its protocol: \(detail)", zh: "代理的应答不符合协议：\(detail)")
        case .leftAlone(let duration):
            Sentence(
                en: "left alone for another \(seconds(duration)) s, since a box there reads the name",
                zh: "暂不连接：该处有设备读取域名，还需等待 \(seconds(duration)) 秒")
        case .resetAfterHello:
            Sentence(
                en: "the connection was reset right after the ClientHello",
                zh: "ClientHello 发出后，连接立即被重置")
        case .silenceAfterHello(let duration):
            Sentence(
                en: "silence for \(seconds(duration)) s after the ClientHello",
                zh: "ClientHello 发出后，\(seconds(duration)) 秒内没有任何回应")
        case .closedAfterHello:
            Sentence(en: "the server closed the connection after the ClientHello", zh: "ClientHello 发出后，服务器关闭了连接")
        case .alert(let code):
            Sentence(en: "the server declined with TLS alert \(code)", zh: "服务器拒绝了握手，TLS 警报代码 \(code)")
        case .certificate(let problem): certificate(problem)
        case .tls(let detail): Sentence(en: "TLS failed: \(detail)", zh: "TLS 出错：\(detail)")
        case .reset: Sentence(en: "the connection was reset", zh: "连接被重置")
        case .closedEarly:
            Sentence(en: "the connection was closed before all had come", zh: "数据还没传完，连接就被关闭了")
        case .protocolViolation(let detail):
            Sentence(en: "the answer breaks the rules of HTTP: \(detail)", zh: "应答不符合 HTTP 协议：\(detail)")
        case .redirect(let detail):
            Sentence(en: "a redirect that is not followed: \(detail)", zh: "不予跟随的重定向：\(detail)")
        case .allAttemptsFailed: Sentence(en: "every attempt failed", zh: "所有尝试都失败了")
        }
    }

    private static func outOfReach(_ address: IPAddress?) -> Sentence {
        let place = address.map { " (\($0))" } ?? ""
        return Sentence(
            en: "its address is one of your own network\(place), and the server that leads there is not in it",
            zh: "其地址属于本机或内部网络\(place)，而把本工具引向那里的服务器并不在该网络中")
    }

    private static func certificate(_ problem: NetworkError.CertificateProblem) -> Sentence {
        let shown = problem.names.prefix(4).joined(separator: ", ") + (problem.names.count > 4 ? ", …" : "")
        guard !shown.isEmpty else {
            return Sentence(
                en: "the certificate was refused (\(problem.reason))", zh: "证书未通过验证（\(problem.reason)）")
        }
        return Sentence(
            en: "the certificate was refused (\(problem.reason)); it names \(shown)",
            zh: "证书未通过验证（\(problem.reason)）；证书上的名称：\(shown)")
    }

    /// Seconds as they are written in a sentence: `2`, `0.4`.
    static func seconds(_ duration: Duration) -> String {
        let tenths = Int64((duration / .milliseconds(100)).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
