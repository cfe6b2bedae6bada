internal import Diagnosis
internal import LabNet

/// The lines that end a diagnosis and are made to be pasted elsewhere.
extension Sentence {
    /// What made the diagnosis, and when.
    static func shareHead(_ occasion: Occasion) -> Sentence {
        let head = "docker-tar-lab \(occasion.version)"
        let tail = "\(occasion.startText) UTC, linux/\(occasion.architecture)"
        return Sentence(en: "\(head) diagnose, \(tail)", zh: "\(head) 诊断，\(tail)")
    }

    /// A target: its condition, where it lies, and what works.
    static func shareTarget(_ assessment: Assessment) -> Sentence {
        let host = assessment.host.map { " (\($0))" } ?? ""
        let head = "\(assessment.target.text): \(assessment.condition.rawValue)\(host)"
        guard let way = assessment.ways.first else {
            return assessment.condition.exitCode(hasWay: false) == 0
                ? Sentence(name: head) : Sentence(en: "\(head); nothing worked", zh: "\(head)；没有可用的方法")
        }
        let arguments = way.arguments.joined(separator: " ")
        guard !arguments.isEmpty else { return Sentence(name: head) }
        return Sentence(en: "\(head); works with \(arguments)", zh: "\(head)；可用 \(arguments)")
    }

    /// Targets without a line of their own, by their conditions.
    static func shareRest(_ conditions: [Condition]) -> Sentence {
        let counts = Condition.allCases.compactMap { condition in
            let count = conditions.count { $0 == condition }
            return count > 0 ? "\(condition.rawValue) \(count)" : nil
        }
        let list = counts.joined(separator: ", ")
        return Sentence(en: "\(conditions.count) more: \(list)", zh: "另有 \(conditions.count) 个：\(list)")
    }

    /// DNS in numbers.
    static func shareNames(_ tally: Tally) -> Sentence {
        let asked = tally.resolversAsked
        let (heard, forged) = (tally.resolversHeard, "\(tally.forgedAnswers)/\(tally.answers)")
        return Sentence(
            en: "DNS: \(heard)/\(asked) resolvers answered, \(forged) answers forged, injectors: \(tally.injectors)",
            zh: "DNS：\(heard)/\(asked) 个服务器有应答，\(forged) 个应答是伪造的，注入者 \(tally.injectors) 个")
    }

    /// TCP in numbers.
    static func shareAddresses(_ tally: Tally) -> Sentence {
        let counts = "\(tally.addressesReached)/\(tally.addressesTried)"
        return Sentence(en: "TCP: \(counts) addresses reached", zh: "TCP：\(counts) 个地址可以连接")
    }

    /// TLS, by strategy.
    static func shareStrategies(_ counts: [Tally.StrategyCount]) -> Sentence {
        let list = counts.map { count in
            let name = if case .alter = count.strategy { "alter" } else { count.strategy.spelling }
            return "\(name) \(count.verified)/\(count.tried)"
        }.joined(separator: ", ")
        return Sentence(en: "TLS verified: \(list)", zh: "TLS 验证通过：\(list)")
    }

    /// The line: families, proxy, portal, clock.
    static func shareLine(_ line: Line) -> Sentence {
        let families = IPAddress.Family.allCases.map { family in
            "\(family == .ip4 ? "IPv4" : "IPv6") \(line.families.contains(family) ? "+" : "-")"
        }.joined(separator: ", ")
        var parts = [Sentence(name: families)]
        if !line.isUp { parts.append(Sentence(en: "no line", zh: "没有网络")) }
        if let proxy = line.proxy { parts.append(shareProxy(proxy)) }
        if let portal = line.portal { parts.append(Sentence(en: "portal \(portal)", zh: "门户 \(portal)")) }
        if let offset = line.clockOffset, abs(offset.components.seconds) > 60 {
            let seconds = "\(offset.components.seconds > 0 ? "+" : "")\(offset.components.seconds) s"
            parts.append(Sentence(en: "clock \(seconds)", zh: "时钟 \(seconds)"))
        }
        return Sentence(
            en: "Line: " + parts.map(\.en).joined(separator: "; "), zh: "线路：" + parts.map(\.zh).joined(separator: "；"))
    }

    private static func shareProxy(_ proxy: Line.ProxyFindings) -> Sentence {
        let place = proxy.place
        switch (proxy.failure == nil, proxy.isUsed) {
        case (true, true): return Sentence(en: "proxy \(place) answers", zh: "代理 \(place) 有应答")
        case (true, false): return Sentence(en: "proxy \(place) answers, unused", zh: "代理 \(place) 有应答，未使用")
        case (false, true): return Sentence(en: "proxy \(place) is dead", zh: "代理 \(place) 无法连接")
        case (false, false): return Sentence(en: "proxy \(place) is dead, unused", zh: "代理 \(place) 无法连接，未使用")
        }
    }

    /// That names and addresses were replaced.
    static var shareHidden: Sentence {
        Sentence(
            en: "Names such as host-1 or private-2 stand for what was hidden.", zh: "host-1、private-2 等代称表示已隐去的名称和地址。")
    }
}
