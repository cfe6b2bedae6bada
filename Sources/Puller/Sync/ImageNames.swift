/// The names in a file of names: on each line one, or one and its tags; `#` begins a comment.
public enum ImageNames {
    /// Reads such a file.
    ///
    /// - Returns: the images in the file's order, those that are there twice twice.
    /// - Throws: `ListFileError`.
    public static func parse(_ text: String) throws(ListFileError) -> [ImageReference] {
        var images: [ImageReference] = []
        for (index, line) in text.fileLines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).prefix { !$0.hasPrefix("#") }
            guard let name = words.first else { continue }
            images += try parse(String(name), tags: words.dropFirst(), line: index + 1)
        }
        return images
    }

    private static func parse(
        _ name: String, tags: ArraySlice<Substring>, line: Int
    ) throws(ListFileError) -> [ImageReference] {
        guard !tags.isEmpty else { return [try reference(name, line: line)] }
        let last = name.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard !last.contains(where: { $0 == ":" || $0 == "@" }) else {
            throw ListFileError(line: line, problem: .tagTwice(name))
        }
        var images: [ImageReference] = []
        // A tag has no colon, and a digest one.
        for tag in tags { images.append(try reference(name + (tag.contains(":") ? "@" : ":") + tag, line: line)) }
        return images
    }

    static func reference(_ text: String, line: Int) throws(ListFileError) -> ImageReference {
        do { return try ImageReference(parsing: text) } catch {
            throw ListFileError(line: line, problem: .name(text, error))
        }
    }
}
