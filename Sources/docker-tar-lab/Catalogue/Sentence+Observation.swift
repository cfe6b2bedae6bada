internal import LabNet

/// What the transport did, for `-debug` and the log file.
extension Sentence {
    /// One line for one observation: when it began, what it was, with whom, what came of it, how long it took.
    static func observation(_ observation: Observation) -> Sentence {
        let event = event(observation.event)
        if case .notice = observation.event { return event }
        let place = [observation.host, observation.endpoint?.description].compactMap { $0 }
        let head = "\(milliseconds(observation.start)) \(subject(observation.event)) \(place.joined(separator: " "))"
        let tail = milliseconds(observation.duration)
        return Sentence(en: "\(head): \(event.en) (\(tail))", zh: "\(head)：\(event.zh)（\(tail)）")
    }

    private static func subject(_ event: Observation.Event) -> String {
        switch event {
        case .query, .verdict, .resolved: "DNS"
        case .connected: "TCP"
        case .proxied: "CONNECT"
        case .handshake: "TLS"
        case .exchanged: "HTTP"
        case .notice: ""
        }
    }

    private static func event(_ event: Observation.Event) -> Sentence {
        switch event {
        case .query(let detail): Sentence(en: "query \(detail)", zh: "查询 \(detail)")
        case .verdict(let detail): Sentence(en: "verdict: \(detail)", zh: "判定：\(detail)")
        case .resolved(_, let failure?): cause(failure)
        case .resolved(let candidates, nil): candidatesFound(candidates)
        case .connected(nil): Sentence(en: "connected", zh: "已连接")
        case .connected(let failure?): cause(failure)
        case .proxied(let target, nil): Sentence(en: "tunnel to \(target)", zh: "已建立到 \(target) 的隧道")
        case .proxied(let target, let failure?): about(target, cause(failure))
        case .handshake(let strategy, let version, nil):
            Sentence(
                en: "\(version ?? "TLS") verified, name: \(strategy.spelling)",
                zh: "\(version ?? "TLS") 验证通过，域名策略：\(strategy.spelling)")
        case .handshake(let strategy, _, let failure?):
            Sentence(
                en: "name: \(strategy.spelling): \(cause(failure).en)",
                zh: "域名策略：\(strategy.spelling)：\(cause(failure).zh)")
        case .exchanged(let method, let url, let status, let bytes, let failure):
            exchange("\(method) \(url)", status, bytes, failure)
        case .notice(let notice): self.notice(notice)
        }
    }

    private static func candidatesFound(_ candidates: [Candidate]) -> Sentence {
        func list(_ doubt: String) -> String {
            candidates.map { "\($0.address)" + ($0.trust == .trusted ? "" : doubt) }.joined(separator: " ")
        }
        return Sentence(en: "addresses \(list("(?)"))", zh: "得到地址 \(list("（存疑）"))")
    }

    /// The status and the body's bytes, where a head came, and what went wrong after it or instead of it.
    private static func exchange(
        _ request: String, _ status: Int?, _ bytes: Int, _ failure: NetworkError.Cause?
    ) -> Sentence {
        let came = status.map { Sentence(en: " \($0), body of \(bytes) bytes", zh: " \($0)，正文 \(bytes) 字节") }
        let head = Sentence(en: request + (came?.en ?? ""), zh: request + (came?.zh ?? ""))
        guard let failure = failure.map(cause) else { return head }
        return Sentence(en: "\(head.en): \(failure.en)", zh: "\(head.zh)：\(failure.zh)")
    }

    private static func about(_ what: String, _ cause: Sentence) -> Sentence {
        Sentence(en: "\(what): \(cause.en)", zh: "\(what)：\(cause.zh)")
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let tenths = Int64((duration / .microseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
