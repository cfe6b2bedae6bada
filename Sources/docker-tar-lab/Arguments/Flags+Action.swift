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
    func refuseForeign(to action: Action) throws(UsageError) {
        for flag in given where !flag.actions.contains(action) {
            let isCredential = [.username, .password, .passwordStdin, .login].contains(flag)
            throw isCredential ? .credentialForDiagnosis(flag) : .foreignFlag(flag, action)
        }
    }

    /// Refuses a language that is not spoken.
    func refuseUnknownLanguage() throws(UsageError) {
        guard let lang, Language(rawValue: lang) == nil else { return }
        throw .invalidValue(.lang, lang, .expectedLanguage)
    }

    /// The flags that some action does not know and that stand on this command line.
    private var given: [Flag] {
        var given: [Flag] = []
        if arch != nil { given.append(.arch) }
        if output != nil { given.append(.output) }
        if format != nil { given.append(.format) }
        if jobs != nil { given.append(.jobs) }
        if noClobber { given.append(.noClobber) }
        if nameInArchive != nil { given.append(.nameInArchive) }
        if keepIndex { given.append(.keepIndex) }
        if retries != nil { given.append(.retries) }
        if timeout != nil { given.append(.timeout) }
        if connections != nil { given.append(.connections) }
        if limitRate != nil { given.append(.limitRate) }
        if cacheSize != nil { given.append(.cacheSize) }
        if noCache { given.append(.noCache) }
        if quiet { given.append(.quiet) }
        if json != nil { given.append(.json) }
        if report != nil { given.append(.report) }
        if control != nil { given.append(.control) }
        if noRedact { given.append(.noRedact) }
        if sni != nil { given.append(.sni) }
        if plainHTTP { given.append(.plainHTTP) }
        if username != nil { given.append(.username) }
        if password != nil { given.append(.password) }
        if passwordStdin { given.append(.passwordStdin) }
        if mirrorFallback { given.append(.mirrorFallback) }
        if requireOrigin { given.append(.requireOrigin) }
        if !login.isEmpty { given.append(.login) }
        return given
    }
}
