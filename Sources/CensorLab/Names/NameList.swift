/// The names that a censor acts on.
package struct NameList: Hashable, Sendable, ExpressibleByArrayLiteral {
    private let suffixes: [String]

    /// These names and everything below them; case does not matter.
    package init(_ names: [String]) { suffixes = names.map { $0.lowercased() } }

    /// These names and everything below them.
    package init(arrayLiteral names: String...) { self.init(names) }

    /// Whether the name, or a parent of it, is on the list.
    package func contains(_ name: String) -> Bool {
        let name = name.lowercased()
        return suffixes.contains { name == $0 || name.hasSuffix("." + $0) }
    }
}
