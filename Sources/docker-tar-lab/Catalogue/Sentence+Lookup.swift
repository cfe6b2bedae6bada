internal import LabNet

/// What a lookup heard, and what was made of it.
extension Sentence {
    /// The counts of a lookup.
    static func answers(_ count: AnswerCount) -> Sentence {
        var parts = [
            Sentence(
                en: "\(count.answering) of \(count.resolvers) resolvers answered",
                zh: "\(count.resolvers) 个 DNS 服务器中有 \(count.answering) 个应答"),
            Sentence(en: "\(count.genuine) answers true", zh: "真实应答 \(count.genuine) 个"),
            Sentence(en: "\(count.forged) forged", zh: "伪造 \(count.forged) 个"),
        ]
        if count.doubtful > 0 { parts.append(Sentence(en: "\(count.doubtful) in doubt", zh: "存疑 \(count.doubtful) 个")) }
        if count.atCanaries > 0 {
            parts.append(
                Sentence(
                    en: "\(count.atCanaries) from where nobody listens", zh: "探测地址上的应答 \(count.atCanaries) 个"))
        }
        return Sentence(en: parts.map(\.en).joined(separator: ", "), zh: parts.map(\.zh).joined(separator: "，"))
    }

    /// What an ordinary program on this machine would be told.
    static func system(_ answer: SystemAnswer) -> Sentence {
        if let failure = answer.failure, answer.addresses.isEmpty {
            return Sentence(
                en: "This machine's own resolver: \(cause(failure).en)", zh: "本机的 DNS 服务器：\(cause(failure).zh)")
        }
        return Sentence(
            en: "This machine's own resolver says: \(list(answer.addresses))",
            zh: "本机的 DNS 服务器给出：\(list(answer.addresses))")
    }

    /// What stands beside the address of one where nobody listens.
    static func canary(_ address: String) -> Sentence {
        Sentence(en: "\(address) (no resolver)", zh: "\(address)（无服务器）")
    }

    /// What a resolver's line comes to.
    static func state(_ track: Track) -> Sentence {
        let forged = track.count(.forged)
        return switch track.state {
        case .raced: Sentence(en: "true, \(forged) forged", zh: "真实，另有伪造 \(forged) 个")
        case .forged: Sentence(en: "forged (\(forged))", zh: "伪造（\(forged) 个）")
        case .doubtful where forged > 0: Sentence(en: "in doubt, \(forged) forged", zh: "存疑，另有伪造 \(forged) 个")
        case .doubtful: Sentence(en: "in doubt", zh: "存疑")
        case .genuine: Sentence(en: "true", zh: "真实")
        case .silent: Sentence(en: "silent", zh: "无应答")
        case .failed: Sentence(en: "failed", zh: "失败")
        case .quiet: Sentence(en: "quiet", zh: "安静")
        case .forger: Sentence(en: "answers (\(forged))", zh: "有应答（\(forged) 个）")
        }
    }

    /// What was made of one message, by what its query was for.
    static func verdict(on arrival: LookupRecord.Arrival, _ purpose: LookupRecord.Query.Purpose) -> Sentence {
        if purpose == .baseline { return Sentence(en: "control question", zh: "对照查询") }
        guard case .answer = arrival.content else { return Sentence(en: "no answer", zh: "不是应答") }
        if purpose == .canary { return Sentence(en: "forged: nobody listens here", zh: "伪造：此处没有服务器") }
        return switch arrival.judgement?.outcome {
        case .accepted: Sentence(en: "true", zh: "真实")
        case .held: Sentence(en: "held", zh: "待定")
        case .doubtful: Sentence(en: "in doubt", zh: "存疑")
        case .rejected: Sentence(en: "forged", zh: "伪造")
        case nil: Sentence(en: "not judged", zh: "未判定")
        }
    }

    /// Another answer to the same query says something else.
    static var contradicted: Sentence {
        Sentence(en: "another answer to this query contradicts it", zh: "同一查询另有不同的应答")
    }

    /// What speaks against an answer.
    static func sign(_ sign: Sign) -> Sentence {
        switch sign {
        case .early(let elapsed, let roundTrip), .earlyNearby(let elapsed, let roundTrip):
            Sentence(
                en: "too early: \(brief(elapsed)), the resolver is \(brief(roundTrip)) away",
                zh: "过早：\(brief(elapsed))，而服务器的往返时延为 \(brief(roundTrip))")
        case .hopLimit(let limit, let usual):
            Sentence(en: "hop limit \(limit), usually \(usual)", zh: "TTL 为 \(limit)，通常为 \(usual)")
        case .noOPT: Sentence(en: "without the OPT record that this resolver sends", zh: "缺少该服务器应有的 OPT 记录")
        case .noCookie: Sentence(en: "without our DNS cookie", zh: "缺少 DNS cookie")
        case .wrongCookie: Sentence(en: "with somebody else's DNS cookie", zh: "DNS cookie 不符")
        case .caseChanged: Sentence(en: "the name's letter case is changed", zh: "域名的大小写被改动")
        case .seenAtCanary(let address):
            Sentence(en: "\(address) came from where nobody listens, too", zh: "探测地址也给出过 \(address)")
        case .forgersHopLimit(let limit):
            Sentence(en: "hop limit \(limit), as forged answers have", zh: "TTL 为 \(limit)，与伪造应答相同")
        case .canaryShape: Sentence(en: "looks like answers from where nobody listens", zh: "形式与探测地址的应答相同")
        case .impersonated: Sentence(en: "looks like him who answers for all resolvers", zh: "形式与冒充所有服务器者相同")
        case .seenForged: Sentence(en: "its addresses stand in forged answers", zh: "其地址出现在伪造的应答中")
        case .loneDissent: Sentence(en: "no other resolver says so", zh: "与其他服务器都不一致")
        case .authoritative: Sentence(en: "AA bit from a resolver", zh: "递归服务器不应置 AA 位")
        case .noRecursion: Sentence(en: "no RA bit from a resolver", zh: "递归服务器应置 RA 位")
        case .strayRecords: Sentence(en: "records of names that were not asked for", zh: "含有未查询的域名的记录")
        case .specialPurpose(let address): Sentence(en: "\(address) is no public address", zh: "\(address) 不是公网地址")
        }
    }

    /// What an outcome rests on besides its signs; nil where it rests on these alone.
    static func basis(_ basis: Verdict.Basis) -> Sentence? {
        switch basis {
        case .signs: nil
        case .contradiction: Sentence(en: "contradicted by an answer as good", zh: "与另一个同样可信的应答矛盾")
        case .channel(isEncrypted: true): Sentence(en: "over an encrypted channel", zh: "来自加密通道")
        case .channel(isEncrypted: false): Sentence(en: "over the resolver's own channel", zh: "来自服务器自身的连接")
        case .traits(let traits): Sentence(en: "fits: \(traits.description)", zh: "符合：\(traits.description)")
        case .agreement: Sentence(en: "a resolver of another network says the same", zh: "另一网络的服务器给出相同结果")
        case .noBaseline: Sentence(en: "nothing to compare with", zh: "没有可对照的基准")
        case .tooLittle: Sentence(en: "too little to compare with", zh: "可对照的特征太少")
        case .imitable: Sentence(en: "the forger could look like this", zh: "伪造者也能做到相同特征")
        case .unprovenAlias: Sentence(en: "the alias it follows is not proven", zh: "所依据的别名未经证实")
        }
    }
}
