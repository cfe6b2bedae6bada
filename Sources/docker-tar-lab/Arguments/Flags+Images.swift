internal import Glibc
internal import Puller

/// The images of a command line: its words, and the files that it names.
extension Flags {
    /// All images, in the order in which they stand, and what should be known of the files.
    ///
    /// - Parameter words: names, or files: what ends as lists and compose files do, what begins as paths do, and `-`.
    func images(
        _ words: [String], in surroundings: Surroundings
    ) throws(UsageError) -> (images: [ImageReference], notices: [Sentence]) {
        var images: [ImageReference] = []
        var notices: [Sentence] = []
        func add(_ more: (images: [ImageReference], notices: [Sentence])) {
            images += more.images
            notices += more.notices
        }
        for word in words {
            if Self.isList(word) {
                add(try self.images(ofFile: word, in: surroundings))
            } else {
                images.append(try Self.reference(word))
            }
        }
        for path in fromFile { add(try self.images(ofFile: path, in: surroundings)) }
        guard !images.isEmpty else {
            throw fromFile.isEmpty && words.isEmpty
                ? .missingImage : .emptyList((words + fromFile).joined(separator: " "))
        }
        return (images, notices)
    }

    /// Whether a word means a file of names. No image's name begins with `.` or `/`; one that ends so is given by
    /// `-image`.
    static func isList(_ word: String) -> Bool {
        word == "-" || beginsAsPath(word)
            || [".txt", ".list", ".yml", ".yaml"].contains { word.lowercased().hasSuffix($0) }
    }

    /// Whether a word begins as paths do, and no image's name.
    static func beginsAsPath(_ word: String) -> Bool { ["/", "./", "../"].contains(where: word.hasPrefix) }

    private func images(
        ofFile path: String, in surroundings: Surroundings
    ) throws(UsageError) -> (images: [ImageReference], notices: [Sentence]) {
        guard path != "-" else {
            if passwordStdin { throw .conflict("\(Flag.fromFile.spelling) -", Flag.passwordStdin.spelling) }
            return (
                try Self.reading(path) { () throws(ListFileError) in try ImageNames.parse(surroundings.input()) }, []
            )
        }
        guard let text = try Self.text(of: path, in: surroundings) else { throw .listFile(path: path, .errno(ENOENT)) }
        let isCompose = [".yml", ".yaml"].contains { path.lowercased().hasSuffix($0) }
        guard isCompose else {
            return (try Self.reading(path) { () throws(ListFileError) in try ImageNames.parse(text) }, [])
        }
        let beside = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let variables = try Self.text(of: beside + ".env", in: surroundings)
        let environment = surroundings.environment
        let own = try Self.reading(beside + ".env") { () throws(ListFileError) in
            try VariableFile(parsing: variables ?? "", environment: environment).variables
        }
        let file = try Self.reading(path) { () throws(ListFileError) in
            try ComposeFile(parsing: text) { environment[$0] ?? own[$0] }
        }
        return (file.images, file.omissions.map { .omitted($0, in: path) })
    }

    private static func text(of path: String, in surroundings: Surroundings) throws(UsageError) -> String? {
        do { return try surroundings.read(path) } catch { throw .listFile(path: path, .errno(error.errno)) }
    }

    private static func reading<Value>(
        _ path: String, _ read: () throws(ListFileError) -> Value
    ) throws(UsageError) -> Value {
        do { return try read() } catch { throw .listFile(path: path, .reason(error)) }
    }

    /// The image that a word names.
    static func reference(_ text: String) throws(UsageError) -> ImageReference {
        do { return try ImageReference(parsing: text) } catch { throw .invalidImage(text, .reason(error)) }
    }
}
