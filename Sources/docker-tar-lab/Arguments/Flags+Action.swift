extension Flags {
    /// What is to be done, and with what: `-action pull -image nginx`, `pull nginx`, or one of each.
    func actionAndWords() throws(UsageError) -> (Action, words: [String]) {
        var words = words[...]
        let action: Action
        if let typed = self.action {
            action = try Self.action(typed)
            if let word = words.first, let other = Action(rawValue: word) {
                guard other == action else { throw .twoActions(typed, word) }
                words.removeFirst()
            }
        } else if let word = words.popFirst() {
            action = try Self.action(word)
        } else {
            throw .missingAction
        }
        return (action, try self.words(Array(words), for: action))
    }

    /// The words of an action, `-image` among them; refuses more or fewer than it takes.
    private func words(_ words: [String], for action: Action) throws(UsageError) -> [String] {
        var words = words
        // A switch is never followed by its value, which then looks like a word.
        if let word = words.first(where: { $0 == "true" || $0 == "false" }) { throw .unexpectedWord(word) }
        if let image, !words.contains(image) { words.insert(image, at: 0) }
        switch action {
        case .diagnose, .pull, .sync: return words
        case .convert:
            if words.isEmpty { throw .missingFile(action) }
        case .list, .inspect, .tags:
            if words.isEmpty { throw .missingImage }
            if let image, let other = words.first(where: { $0 != image }) { throw .twoImages(image, other) }
        }
        if words.count > 1 { throw .unexpectedWord(words[1]) }
        return words
    }

    private static func action(_ word: String) throws(UsageError) -> Action {
        if let action = Action(rawValue: word) { return action }
        throw .unknownAction(word, nearest: Action.allCases.first { editDistance(word.lowercased(), $0.rawValue) <= 1 })
    }

    /// Refuses flags that belong to another action: what has no effect must not look as if it had one.
    ///
    /// - Parameter given: the flags that stand on the command line.
    static func refuseForeign(_ given: [Flag], to action: Action) throws(UsageError) {
        for flag in given where !flag.actions.contains(action) {
            let isCredential = [.username, .password, .passwordStdin, .login].contains(flag)
            throw isCredential && action == .diagnose ? .credentialForDiagnosis(flag) : .foreignFlag(flag, action)
        }
    }

    /// Refuses a language that is not spoken.
    func refuseUnknownLanguage() throws(UsageError) {
        guard let lang, Language(rawValue: lang) == nil else { return }
        throw .invalidValue(.lang, lang, .expectedLanguage)
    }
}
