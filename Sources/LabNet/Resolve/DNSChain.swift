/// The records of an answer section that belong to the name asked for: its aliases one after another, and what stands at
/// their end.
struct DNSChain: Hashable, Sendable {
    /// The name at the end of the aliases; the name asked for where there is none.
    let end: DNSName
    /// How many aliases lead there.
    let aliases: Int
    /// The addresses at the end.
    let addresses: Set<IPAddress>
    /// The shortest lifetime of the records of the chain, in seconds; nil where there is no record.
    let timeToLive: UInt32?
    /// Whether the section holds records that are no part of the chain; signatures and the like of its names are.
    let hasStrays: Bool

    /// The longest chain of aliases that is followed.
    static let maximumAliases = 16

    /// Follows the aliases from the name that was asked for, in whatever order the records stand.
    init(from question: DNSQuestion, in answers: [DNSRecord]) throws(DNSError) {
        var name = question.name
        var names: Set<DNSName> = [name]
        var lifetimes: [UInt32] = []
        while let (target, lifetime) = Self.alias(of: name, in: answers) {
            guard names.count <= Self.maximumAliases, names.insert(target).inserted else { throw .aliasLoop }
            name = target
            lifetimes.append(lifetime)
        }
        var addresses: Set<IPAddress> = []
        for record in answers where record.owner == name && record.recordClass == 1 {
            guard record.type == question.type.rawValue, case .address(let address) = record.content,
                !address.isMapped
            else { continue }
            addresses.insert(address)
            lifetimes.append(record.lifetime)
        }
        self.end = name
        self.aliases = names.count - 1
        self.addresses = addresses
        timeToLive = lifetimes.min()
        hasStrays = answers.contains { !names.contains($0.owner) || $0.recordClass != 1 }
    }

    private static func alias(of name: DNSName, in answers: [DNSRecord]) -> (target: DNSName, lifetime: UInt32)? {
        for record in answers where record.owner == name && record.recordClass == 1 {
            if case .alias(let target) = record.content { return (target, record.lifetime) }
        }
        return nil
    }
}
