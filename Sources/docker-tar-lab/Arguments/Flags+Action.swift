extension Flags {
    /// What is to be done, and with what: `-action pull -image nginx`, `pull nginx`, or one of each. A diagnosis takes any
    /// number of words, none included; anything else is done with one image.
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
        if action == .diagnose { return (action, (image.map { [$0] } ?? []) + words) }
        if let image, let word = words.popFirst(), word != image { throw .twoImages(image, word) }
        guard let image = image ?? words.popFirst() else { throw .missingImage }
        if let word = words.first { throw .unexpectedWord(word) }
        return (action, [image])
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
