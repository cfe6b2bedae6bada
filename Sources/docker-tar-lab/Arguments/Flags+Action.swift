extension Flags {
    /// What is to be done, and with which image: `-action pull -image nginx`, `pull nginx`, or one of each.
    func actionAndImage() throws(UsageError) -> (Action, image: String) {
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
        if let image, let word = words.popFirst(), word != image { throw .twoImages(image, word) }
        guard let image = image ?? words.popFirst() else { throw .missingImage }
        if let word = words.first { throw .unexpectedWord(word) }
        return (action, image)
    }

    private static func action(_ word: String) throws(UsageError) -> Action {
        if let action = Action(rawValue: word) { return action }
        throw .unknownAction(word, nearest: Action.allCases.first { editDistance(word.lowercased(), $0.rawValue) <= 1 })
    }

    /// Refuses flags that belong to the other action: what has no effect must not look as if it had one.
    func refuseForeign(to action: Action) throws(UsageError) {
        for flag in given where flag.action != nil && flag.action != action { throw .foreignFlag(flag, action) }
        if quiet, json { throw .conflict(Flag.quiet.spelling, Flag.json.spelling) }
    }

    /// Refuses a language that is not spoken.
    func refuseUnknownLanguage() throws(UsageError) {
        guard let lang, Language(rawValue: lang) == nil else { return }
        throw .invalidValue(.lang, lang, .expectedLanguage)
    }

    /// The flags that belong to one action and stand on this command line.
    private var given: [Flag] {
        var given: [Flag] = []
        if arch != nil { given.append(.arch) }
        if output != nil { given.append(.output) }
        if format != nil { given.append(.format) }
        if jobs != nil { given.append(.jobs) }
        if noClobber { given.append(.noClobber) }
        if nameInArchive != nil { given.append(.nameInArchive) }
        if keepIndex { given.append(.keepIndex) }
        if quiet { given.append(.quiet) }
        if json { given.append(.json) }
        return given
    }
}
