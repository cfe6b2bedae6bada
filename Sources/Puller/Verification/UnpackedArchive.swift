/// What stands in the folder into which Docker's graphdriver stores unpack an archive, member after member (moby
/// `pkg/archive`, `Unpack`; go-archive). Links are followed within the folder, which is the root of all paths there.
struct UnpackedArchive {
    /// What stands under a path.
    enum Node: Hashable {
        case folder
        /// A file, by its number among the members.
        case file(Int)
        case link(String)
        case other
    }

    private(set) var nodes: [String: Node] = ["": .folder]
    private var removals = 0
    private static let removalLimit = 1000
    private static let linkLimit = 40

    /// - Parameter refusesOutside: whether names that lead out are refused (Docker 28), or their `..` without effect.
    init(_ entries: [TarEntry], refusesOutside: Bool) throws(EngineRefusal) {
        for (number, entry) in entries.enumerated() {
            let name = Self.clean(entry.path)
            if refusesOutside, ArchivePath.clean(entry.path) == nil { throw .unacceptableMember(entry.path) }
            guard !name.isEmpty else { continue }
            guard let parent = real(Self.folder(of: name)), makeFolders(parent) else {
                throw .unacceptableMember(entry.path)
            }
            try put(entry, number, at: Self.join(parent, Self.last(of: name)))
        }
    }

    private mutating func put(_ entry: TarEntry, _ number: Int, at path: String) throws(EngineRefusal) {
        if let old = nodes[path], !(old == .folder && entry.kind == .folder) {
            nodes[path] = nil
            if old == .folder { try remove(inside: path) }
        }
        switch entry.kind {
        case .folder: nodes[path] = .folder
        case .file: nodes[path] = .file(number)
        case .symbolicLink(let target): nodes[path] = .link(target)
        case .hardLink(let target):
            // link(2) does not follow the last link.
            let name = Self.clean(target)
            guard let parent = real(Self.folder(of: name)),
                let node = nodes[Self.join(parent, Self.last(of: name))], node != .folder
            else { throw .unacceptableMember(entry.path) }
            nodes[path] = node
        case .other(let type):
            // Devices and pipes are made; what else there is, is not known.
            guard (UInt8(ascii: "3")...UInt8(ascii: "6")).contains(type) else { throw .unacceptableMember(entry.path) }
            nodes[path] = .other
        }
    }

    private mutating func remove(inside path: String) throws(EngineRefusal) {
        // Each costs a walk over all names: nobody replaces so many folders but to take up time.
        removals += 1
        guard removals < Self.removalLimit else { throw .unacceptableMember(path) }
        let inside = path + "/"
        for key in nodes.keys where key.hasPrefix(inside) { nodes[key] = nil }
    }

    private mutating func makeFolders(_ path: String) -> Bool {
        var done: [Substring] = []
        for part in path.split(separator: "/") {
            done.append(part)
            let name = done.joined(separator: "/")
            switch nodes[name] {
            case nil: nodes[name] = .folder
            case .folder: break
            default: return false
            }
        }
        return true
    }

    /// The path without links in it; nil where they go in a circle.
    func real(_ path: String) -> String? {
        var rest = Self.clean(path).split(separator: "/").map(String.init)[...]
        var done: [String] = []
        var links = 0
        while let part = rest.popFirst() {
            if part == ".." {
                _ = done.popLast()
                continue
            }
            done.append(part)
            guard case .link(let target)? = nodes[done.joined(separator: "/")] else { continue }
            links += 1
            guard links < Self.linkLimit else { return nil }
            done.removeLast()
            if target.hasPrefix("/") { done = [] }
            rest = target.split(separator: "/").filter { $0 != "." }.map(String.init) + rest
        }
        return done.joined(separator: "/")
    }

    /// The number of the file that a path leads to; nil for what is no file.
    func file(_ path: String) -> Int? {
        guard let path = real(path), case .file(let number)? = nodes[path] else { return nil }
        return number
    }

    /// The names of the folders at the root, in order.
    var rootFolders: [String] {
        nodes.filter { $0.value == .folder && !$0.key.isEmpty && !$0.key.contains("/") }.keys.sorted()
    }

    /// As if the root were all that there is: `..` there has no effect.
    private static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func last(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    private static func join(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : "\(folder)/\(name)" }
}
