internal import Diagnosis
internal import LabNet

/// What came of connections and handshakes.
extension Sentence {
    /// Where an address comes from.
    static func source(_ source: HostFindings.Source) -> Sentence {
        switch source {
        case .trusted: Sentence(en: "believed", zh: "可信")
        case .doubtful: Sentence(en: "in doubt", zh: "存疑")
        case .forged: Sentence(en: "forged", zh: "伪造")
        case .system: Sentence(en: "own resolver", zh: "本机解析")
        case .given: Sentence(en: "given", zh: "指定")
        }
    }

    /// Some TCP connections to one address.
    static func reached(_ trials: [Reached]) -> Sentence {
        let made = trials.filter { $0.failure == nil }
        let times = made.map { brief($0.elapsed) }.joined(separator: ", ")
        let failures = tallied(trials.compactMap(\.failure).map(inShort))
        let connected = made.isEmpty ? [] : [Sentence(en: "connected in \(times)", zh: "已连接，用时 \(times)")]
        return joined(connected + failures)
    }

    /// How a handshake ended.
    static func outcome(_ outcome: Greeted.Outcome) -> Sentence {
        switch outcome {
        case .verified(let version): Sentence(en: "verified, \(version)", zh: "验证通过，\(version)")
        case .failed(_, let cause): Self.cause(cause)
        }
    }

    /// All handshakes of one kind with one address.
    static func handshakes(_ cell: Handshakes.Cell) -> Sentence {
        let size = cell.segmentSize.map { [Sentence(en: "segments of \($0) bytes", zh: "分段 \($0) 字节")] } ?? []
        return joined(tallied(cell.results.map { ended($0, at: cell.place) }) + size)
    }

    private static func ended(_ result: Greeted, at place: HostFindings.Trials.Place) -> Sentence {
        switch result.outcome {
        case .failed(_, .certificate) where place == .control: letThrough
        case .verified(let version): Sentence(en: "verified (\(version))", zh: "验证通过（\(version)）")
        case .failed(_, .leftAlone(let wait)): inShort(.leftAlone(wait))
        case .failed(_, .silenceAfterHello(let wait)): cause(.silenceAfterHello(wait))
        case .failed(_, .certificate(let problem)): cause(.certificate(problem))
        case .failed(_, let cause):
            Sentence(
                en: "\(inShort(cause).en) after \(brief(result.elapsed))",
                zh: "\(inShort(cause).zh)（\(brief(result.elapsed)) 后）")
        }
    }

    /// The same in two or three words.
    static func inShort(_ cell: Handshakes.Cell) -> Sentence {
        let count = cell.sent.count
        guard let telling = cell.telling else { return Sentence(name: "–") }
        if count > 0, cell.passed == count { return passedInShort(cell) }
        guard case .failed(_, let cause) = telling.outcome else { return Sentence(name: "–") }
        let end = inShort(cause)
        if cell.passed > 0 {
            return Sentence(
                en: "ok \(cell.passed) of \(count), \(end.en)", zh: "\(cell.passed)/\(count) 成功，\(end.zh)")
        }
        switch cause {
        case .resetAfterHello, .closedAfterHello, .alert:
            return Sentence(en: "\(end.en), \(brief(telling.elapsed))", zh: "\(end.zh)，\(brief(telling.elapsed))")
        default: return end
        }
    }

    private static func passedInShort(_ cell: Handshakes.Cell) -> Sentence {
        if cell.place == .control { return letThrough }
        let time = cell.sent.map(\.elapsed).min().map { ", \(brief($0))" } ?? ""
        let times = cell.sent.count > 1 ? " ×\(cell.sent.count)" : ""
        return Sentence(en: "ok\(times)\(time)", zh: "成功\(times)\(time)")
    }

    /// What came of a name at a control endpoint where nobody killed it.
    private static var letThrough: Sentence { Sentence(en: "let through", zh: "未被阻断") }

    /// A cause in one or two words, for cells.
    static func inShort(_ cause: NetworkError.Cause) -> Sentence {
        switch cause {
        case .resetAfterHello, .reset: Sentence(en: "reset", zh: "被重置")
        case .silenceAfterHello: Sentence(en: "silence", zh: "无回应")
        case .closedAfterHello, .closedEarly: Sentence(en: "closed", zh: "被关闭")
        case .alert(let code): Sentence(en: "alert \(code)", zh: "警报 \(code)")
        case .certificate: Sentence(en: "wrong certificate", zh: "证书不符")
        case .leftAlone(let wait): Sentence(en: "left alone for \(seconds(wait)) s", zh: "避开（剩 \(seconds(wait)) 秒）")
        case .refused: Sentence(en: "refused", zh: "被拒绝")
        case .timedOut(let wait): Sentence(en: "nothing for \(seconds(wait)) s", zh: "\(seconds(wait)) 秒无响应")
        default: Self.cause(cause)
        }
    }

    /// An endpoint that is left alone now.
    static func burnt(_ burnt: HostFindings.Burnt) -> Sentence {
        Sentence(
            en: "\(burnt.endpoint) is burnt by this diagnosis: left alone for another \(seconds(burnt.left)) s",
            zh: "\(burnt.endpoint) 在本次诊断中已被识别：\(seconds(burnt.left)) 秒内不再连接")
    }

    /// The way that requests took.
    static func passage(_ endpoint: Endpoint, _ strategy: ServerNameStrategy?) -> Sentence {
        guard let strategy else { return Sentence(en: "HTTP: by way of \(endpoint)", zh: "HTTP：经由 \(endpoint)") }
        return Sentence(
            en: "HTTP: by way of \(endpoint), name: \(strategy.spelling)",
            zh: "HTTP：经由 \(endpoint)，域名策略：\(strategy.spelling)")
    }

    /// A request, what the server said, and why it broke off.
    static func request(_ request: HostFindings.Request) -> Sentence {
        let words = request.words.map { ": “\($0)”" } ?? ""
        let head = "\(request.method) \(abbreviated(request.url))\(words)"
        guard let failure = request.failure else { return Sentence(name: head) }
        return Sentence(en: "\(head): \(cause(failure.cause).en)", zh: "\(head)：\(cause(failure.cause).zh)")
    }

    /// A URL with its digests as short as Docker shows them.
    static func abbreviated(_ url: String) -> String {
        let parts = url.split(separator: "sha256:", omittingEmptySubsequences: false)
        let short = parts.dropFirst().map { part in
            let digits = part.prefix(64)
            let isDigest = digits.count == 64 && digits.allSatisfy(\.isHexDigit)
            return isDigest ? "\(digits.prefix(12))…\(part.dropFirst(64))" : String(part)
        }
        return ([parts.first.map(String.init) ?? ""] + short).joined(separator: "sha256:")
    }

    /// Equal ones once, with their count.
    private static func tallied(_ sentences: [Sentence]) -> [Sentence] {
        var order: [Sentence] = []
        for sentence in sentences where !order.contains(sentence) { order.append(sentence) }
        return order.map { sentence in times(sentence, sentences.count { $0 == sentence }) }
    }

    private static func joined(_ parts: [Sentence]) -> Sentence {
        Sentence(en: parts.map(\.en).joined(separator: "; "), zh: parts.map(\.zh).joined(separator: "；"))
    }
}
