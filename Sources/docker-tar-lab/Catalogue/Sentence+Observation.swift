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
        case .exchanged(let method, let url, let status, nil):
            Sentence(name: "\(method) \(url) \(status.map(String.init) ?? "")")
        case .exchanged(let method, let url, _, let failure?): about("\(method) \(url)", cause(failure))
        case .notice(let notice): self.notice(notice)
        }
    }

    private static func candidatesFound(_ candidates: [Candidate]) -> Sentence {
        func list(_ doubt: String) -> String {
            candidates.map { "\($0.address)" + ($0.trust == .trusted ? "" : doubt) }.joined(separator: " ")
        }
        return Sentence(en: "addresses \(list("(?)"))", zh: "得到地址 \(list("（存疑）"))")
    }

    private static func about(_ what: String, _ cause: Sentence) -> Sentence {
        Sentence(en: "\(what): \(cause.en)", zh: "\(what)：\(cause.zh)")
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let tenths = Int64((duration / .microseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
