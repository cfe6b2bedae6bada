/// How much of what comes back to one query is taken in. Pure.
///
/// Whoever floods must not keep the truth out: junk and ICMP errors take no answer's place, and answers that came alike take
/// the places of their like alone. To fill those of the truth, a forger has to imitate all of it, this many times over,
/// and then nothing could tell it from his.
struct Flood {
    private var junk = 0
    private var disturbances = 0
    private var truncated = 0
    private var replies: [Look: Int] = [:]
    private var total = 0

    /// Of anything that is no answer, and of answers that did not fit; injectors send a few.
    static let maximumJunk = 64
    /// Of answers that look alike.
    static let maximumAlike = 64
    /// Of all answers, so that memory has an end.
    static let maximumReplies = 4096

    /// Counts a message; whether it is taken in.
    mutating func admits(_ heard: DNSConversation.Heard) -> Bool {
        switch heard {
        case .unreadable:
            junk += 1
            return junk <= Self.maximumJunk
        case .answer(_, nil):
            truncated += 1
            return truncated <= Self.maximumJunk
        case .answer(_, let reply?):
            let alike = replies[Look(of: reply), default: 0]
            guard alike < Self.maximumAlike, total < Self.maximumReplies else { return false }
            replies[Look(of: reply)] = alike + 1
            total += 1
            return true
        }
    }

    /// Counts an ICMP error; whether it is taken in.
    mutating func admitsDisturbance() -> Bool {
        disturbances += 1
        return disturbances <= Self.maximumJunk
    }
}
