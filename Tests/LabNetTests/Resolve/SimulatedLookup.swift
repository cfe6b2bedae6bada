@testable import LabNet

/// A path with injectors on it, and resolvers behind: what the model of a lookup takes its datagrams from.
///
/// The true answer comes 150 ms after the question, give or take; the injectors answer before and after it, and can do
/// everything but suppress it.
struct SimulatedPath {
    /// What a forged answer gets right; whatever is not here betrays it.
    struct Skills: OptionSet, Hashable {
        let rawValue: Int
        /// It comes from the resolver's distance in hops.
        static let hopLimit = Skills(rawValue: 1)
        /// It has an OPT record.
        static let opt = Skills(rawValue: 2)
        /// It echoes the DNS cookie.
        static let cookie = Skills(rawValue: 4)
        /// It comes when the true answer does.
        static let roundTrip = Skills(rawValue: 8)
        /// It keeps the question's letter case.
        static let letterCase = Skills(rawValue: 16)
    }

    /// What every injector can do; without ``Skills/letterCase`` only some keep it.
    var skills: Skills = []
    /// Whether the resolvers do EDNS, and DNS cookies; whether this system tells hop limits.
    var (hasOPT, hasCookies, tellsHopLimits) = (true, true, true)
    /// Whether a canary is asked.
    var asksCanary = true
    /// How many injectors there are, and resolvers; one resolver alone is the hardest, for nobody speaks for its truth.
    var (injectors, resolvers) = (3, 1)
    /// How often a datagram is lost, comes twice, or is far behind the others, from 0 to 1.
    var (loss, duplication, delay) = (0.03, 0.03, 0.02)

    static let truth = DNSClaim.addresses([.v4(0x6812_7b01), .v4(0x6812_7c01)])
    static let roundTrip = 150.0
    static let hops: UInt8 = 50

    /// What a resolver answers.
    func reply(_ claim: DNSClaim, at milliseconds: Double) -> Reply {
        Reply(
            claim: claim, elapsed: .microseconds(Int(milliseconds * 1000)),
            hopLimit: tellsHopLimits ? Self.hops : nil, hasOPT: hasOPT,
            cookie: hasOPT && hasCookies ? .echoed : .absent)
    }
}

/// One lookup on such a path, in virtual time: what arrives when.
struct SimulatedLookup {
    struct Event {
        let milliseconds: Double
        let kind: Kind
    }

    enum Kind {
        case control(resolver: Int, Reply)
        case answer(resolver: Int, Reply)
        case canary(Reply)
    }

    private let path: SimulatedPath
    private(set) var events: [Event] = []

    init(_ path: SimulatedPath, using generator: inout SeededGenerator) {
        self.path = path
        let far = (0..<path.injectors).map { _ in UInt8.random(in: 53...63, using: &generator) }
        for resolver in 0..<path.resolvers {
            add(at: trueDelay(&generator), &generator) { .control(resolver: resolver, path.reply(.noData, at: $0)) }
            add(at: trueDelay(&generator), &generator) {
                .answer(resolver: resolver, path.reply(SimulatedPath.truth, at: $0))
            }
            forge(far, &generator) { .answer(resolver: resolver, $0) }
        }
        if path.asksCanary { forge(far, &generator) { .canary($0) } }
        events.sort { $0.milliseconds < $1.milliseconds }
    }

    /// From 0.8 to 1.3 of the usual round trip; now and then twice as long.
    private func trueDelay(_ generator: inout SeededGenerator) -> Double {
        let isSlow = chance(path.delay, &generator)
        return SimulatedPath.roundTrip * (isSlow ? 2 : Double.random(in: 0.8...1.3, using: &generator))
    }

    private func chance(_ odds: Double, _ generator: inout SeededGenerator) -> Bool {
        Double.random(in: 0..<1, using: &generator) < odds
    }

    private mutating func add(
        at milliseconds: Double, _ generator: inout SeededGenerator, _ kind: (Double) -> Kind
    ) {
        guard !chance(path.loss, &generator) else { return }
        events.append(Event(milliseconds: milliseconds, kind: kind(milliseconds)))
        guard chance(path.duplication, &generator) else { return }
        let later = milliseconds + .random(in: 0.1...30, using: &generator)
        events.append(Event(milliseconds: later, kind: kind(later)))
    }

    /// Every injector answers a question once or twice, soon, or late so that the truth is before it.
    private mutating func forge(
        _ hops: [UInt8], _ generator: inout SeededGenerator, _ kind: (Reply) -> Kind
    ) {
        for injector in 0..<path.injectors {
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let soon = Double.random(in: chance(0.1, &generator) ? 160...400 : 4...32, using: &generator)
                let time = path.skills.contains(.roundTrip) ? trueDelay(&generator) : soon
                let forged = forgery(far: hops[injector], &generator)
                add(at: time, &generator) { time in
                    var forged = forged
                    forged.elapsed = .microseconds(Int(time * 1000))
                    return kind(forged)
                }
            }
        }
    }

    private func forgery(far hops: UInt8, _ generator: inout SeededGenerator) -> Reply {
        let address = IPAddress.v4(0x1f0d_0000 + UInt32.random(in: 0..<600, using: &generator) &* 7919 % 0x00ff_ffff)
        let claims: [DNSClaim] = [
            .addresses([address]), .addresses([address]), .noSuchName, .noData, .failure(responseCode: 2),
        ]
        let (skills, isCareful) = (path.skills, Bool.random(using: &generator))
        var reply = Reply(claim: claims.randomElement(using: &generator) ?? .noData, elapsed: .zero, hopLimit: nil)
        if path.tellsHopLimits { reply.hopLimit = skills.contains(.hopLimit) ? SimulatedPath.hops : hops }
        reply.hasOPT = skills.contains(.opt)
        reply.cookie = reply.hasOPT && skills.contains(.cookie) ? .echoed : .absent
        reply.keepsCase = skills.contains(.letterCase) || isCareful
        reply.flags = isCareful ? 0x8180 : 0x8580
        return reply
    }
}
