/// What people write in files is read line by line.
extension String {
    /// The lines, empty ones too; without the byte-order mark that some editors put before the first.
    var fileLines: [Substring] {
        let body = hasPrefix("\u{FEFF}") ? dropFirst() : self[...]
        return body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }
}

extension Substring {
    /// What stands before a comment, which begins with `#` at the beginning or behind a blank.
    var beforeComment: Substring {
        var isAfterBlank = true
        return prefix { character in
            if character == "#", isAfterBlank { return false }
            isAfterBlank = character.isWhitespace
            return true
        }
    }
}
