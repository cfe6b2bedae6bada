/// A value in a YAML document, aliases resolved and merges done.
struct YAMLNode: Hashable, Sendable {
    /// Where it begins, counted from 1.
    var line: Int
    /// What it is.
    var kind: Kind

    /// What a value can be.
    indirect enum Kind: Hashable, Sendable {
        case null
        /// Any text; numbers and the like are texts too.
        case scalar(String)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// A key and its value.
    struct Entry: Hashable, Sendable {
        var key: String
        var line: Int
        var value: YAMLNode
    }

    /// The value of a key; nil where this is no mapping, or one without it.
    subscript(_ key: String) -> YAMLNode? {
        guard case .mapping(let entries) = kind else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// A text without quotes, which may stand for nothing (YAML 1.2, core schema).
    static func plain(_ text: String, line: Int) -> YAMLNode {
        let isNull = ["", "~", "null", "Null", "NULL"].contains(text)
        return YAMLNode(line: line, kind: isNull ? .null : .scalar(text))
    }
}

/// What the readers of blocks and of flows have in common: anchors, merges, and how much there may be.
struct YAMLContext: Sendable {
    private var anchors: [String: YAMLNode] = [:]
    private var merged = 0

    /// How deep values may stand in one another.
    static let depthLimit = 64
    /// How many entries merges may copy in all: a small file could otherwise copy without bounds.
    private static let mergeLimit = 100_000

    mutating func define(_ anchor: String, as node: YAMLNode) { anchors[anchor] = node }

    func node(for alias: String, line: Int) throws(ListFileError) -> YAMLNode {
        guard let node = anchors[alias] else { throw ListFileError(line: line, problem: .yaml(.unknownAlias(alias))) }
        return node
    }

    /// A mapping of these entries; what `<<` names stands behind what is said here (YAML 1.1, merge key).
    mutating func mapping(_ all: [YAMLNode.Entry], line: Int) throws(ListFileError) -> YAMLNode {
        var entries: [YAMLNode.Entry] = []
        var keys: Set<String> = []
        for entry in all where entry.key != "<<" {
            guard keys.insert(entry.key).inserted else {
                throw ListFileError(line: entry.line, problem: .yaml(.duplicateKey(entry.key)))
            }
            entries.append(entry)
        }
        for merge in all where merge.key == "<<" {
            let sources: [YAMLNode] = if case .sequence(let nodes) = merge.value.kind { nodes } else { [merge.value] }
            for source in sources {
                guard case .mapping(let others) = source.kind else {
                    throw ListFileError(line: merge.line, problem: .yaml(.merge))
                }
                merged += others.count
                guard merged <= Self.mergeLimit else {
                    throw ListFileError(line: merge.line, problem: .yaml(.tooLarge))
                }
                entries += others.filter { keys.insert($0.key).inserted }
            }
        }
        return YAMLNode(line: line, kind: .mapping(entries))
    }
}
