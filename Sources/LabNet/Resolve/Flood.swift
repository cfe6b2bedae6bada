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

    /// Of anything that is no answer, of ICMP errors, and of answers that did not fit; injectors send a few.
    static let maximumJunk = 64
    /// Of answers that look alike.
    static let maximumAlike = 64
    /// Of all answers, so that memory has an end.
    static let maximumReplies = 4096

    /// Counts what has come; whether it is taken in.
    mutating func admits(_ content: Arrival.Content) -> Bool {
        switch content {
        case .unreadable: return Self.count(&junk)
        case .truncated: return Self.count(&truncated)
        case .disturbed: return Self.count(&disturbances)
        case .replied(let reply):
            let alike = replies[Look(of: reply), default: 0]
            guard alike < Self.maximumAlike, total < Self.maximumReplies else { return false }
            replies[Look(of: reply)] = alike + 1
            total += 1
            return true
        }
    }

    private static func count(_ number: inout Int) -> Bool {
        guard number < maximumJunk else { return false }
        number += 1
        return true
    }
}
