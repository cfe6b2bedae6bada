package import LabNet

/// What a target's findings come to: a pure function of them, see `Assessment.init`.
package struct Assessment: Sendable {
    /// The target.
    package var target: Target
    /// What the network does to it: the worst of its hosts' conditions.
    package var condition: Condition
    /// The host that the condition is about, where it is not the target's own.
    package var host: Host?
    /// What the condition rests on, the strongest first.
    package var reasons: [Reason]
    /// What works, the best first; empty when nothing does.
    package var ways: [Way]

    /// Puts the parts together.
    package init(target: Target, condition: Condition, host: Host? = nil, reasons: [Reason], ways: [Way]) {
        self.target = target
        self.condition = condition
        self.host = host
        self.reasons = reasons
        self.ways = ways
    }
}

/// What the network does to a target, in one word. The raw value is what the report and the JSON say.
package enum Condition: String, Hashable, Sendable, CaseIterable {
    /// Nothing is in the way.
    case clear
    /// A local proxy answers for everything, and it works.
    case tunnel
    /// Answers of DNS are forged, or the system's resolver lies.
    case dns
    /// A connection is killed for the name in its hello.
    case sni
    /// Addresses cannot be reached while a control can.
    case ip
    /// Somebody else's certificate.
    case tls
    /// The handshake is fine, and the stream stops after some kilobytes.
    case frozen
    /// The stream goes on, at a crawl.
    case throttled
    /// Large packets are lost without a word.
    case mtu
    /// A captive portal answers for everything.
    case portal
    /// This machine's clock is wrong.
    case clock
    /// The server refuses by export or region rules.
    case denied
    /// A mirror refuses, is stale, or lies.
    case mirror
    /// The proxy that is configured does not answer.
    case proxy
    /// The server itself fails, seen without interference.
    case down
    /// There is no line.
    case offline
}

/// One thing that was seen and that a condition rests on. Words for people are made of these in the command's target.
package enum Reason: Hashable, Sendable {
    /// So many answers were forged, by so many injectors.
    case forgedAnswers(count: Int, injectors: Int)
    /// The system's resolver gives an address that the evidence is against.
    case systemMisled([IPAddress])
    /// The system's resolver fails where others answer.
    case systemFails(NetworkError.Cause)
    /// Somebody answers where no resolver is: all of port 53 is in his hands.
    case portHijacked
    /// These resolvers say what none of the others says.
    case polluted([ResolverAddress])
    /// Encrypted resolvers cannot be reached, so many of so many.
    case encryptedBlocked(Int, of: Int)
    /// A hello with the true name ended like this, one without or with another name did not.
    case killedByName(Endpoint, ServerNameStrategy, NetworkError.Cause, elapsed: Duration, roundTrip: Duration?)
    /// The same at a control endpoint that has nothing to do with the host.
    case killedByNameElsewhere(Endpoint, NetworkError.Cause)
    /// A hello without a name is dropped, one with a name is not.
    case namelessDropped(Endpoint, NetworkError.Cause)
    /// An address cannot be reached.
    case unreachable(Endpoint, NetworkError.Cause)
    /// A whole family cannot be reached, though this machine has it.
    case familyBlocked(IPAddress.Family)
    /// A certificate for somebody else.
    case otherCertificate(Endpoint, NetworkError.CertificateProblem)
    /// The stream stopped after so many bytes.
    case streamStopped(Endpoint?, bytes: Int, NetworkError.Cause)
    /// The stream is slow: so many bytes in so long.
    case streamSlow(bytes: Int, elapsed: Duration)
    /// Small segments pass where large ones do not.
    case smallSegmentsPass(Endpoint, size: Int)
    /// The way leads to a portal.
    case portalAt(String)
    /// A local proxy gives addresses of its own.
    case localProxy(IPAddress)
    /// The clock is ahead (or behind, if negative) by so much.
    case clockOff(Duration)
    /// The server's certificate has run out, or is not valid yet, by a clock that is right.
    case certificateOutOfDate(NetworkError.CertificateProblem)
    /// The server said this.
    case status(Int, url: String, words: String?)
    /// The mirror serves another digest than the origin names.
    case otherDigest(mirror: String, origin: String)
    /// The mirror fails where the origin does not, or both; why.
    case mirrorFails(NetworkError.Cause?)
    /// The proxy does not answer.
    case proxyDead(String, NetworkError.Cause)
    /// The server fails for everybody, as far as one can see from here: it speaks, and fails.
    case serverFails(Endpoint?, NetworkError.Cause)
    /// The name does not exist, as all believable resolvers say.
    case noSuchName
    /// Nothing came back from anywhere.
    case nothingAnswers
    /// This one of the target's hosts is the trouble.
    case partOf(Host, HostFindings.Role)
}

/// A way that works, as it was seen to work in this diagnosis.
package enum Way: Hashable, Sendable {
    /// An ordinary pull.
    case ordinary
    /// `-lab`; the hello that its automatic choice has found, and the family where only one works.
    case lab(ServerNameStrategy?, family: IPAddress.Family?)
    /// `-lab -mss SIZE`.
    case segmentSize(Int)
    /// One family alone, by `-network`.
    case family(IPAddress.Family)
    /// Without the proxy.
    case withoutProxy
    /// A mirror.
    case mirror(String)
}

extension Condition {
    /// What the command ends with over one target: 0 nothing in the way, 10 interference and a way that works, 6 and
    /// none, 5 where no censor is to blame and nothing works.
    package func exitCode(hasWay: Bool) -> Int32 {
        switch self {
        case .clear, .tunnel: 0
        case .offline, .down: 5
        case .portal, .clock, .proxy: hasWay ? 10 : 5
        case .dns, .sni, .ip, .tls, .frozen, .throttled, .mtu, .denied, .mirror: hasWay ? 10 : 6
        }
    }
}
