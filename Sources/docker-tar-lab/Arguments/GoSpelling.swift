/// Go's habits on the command line, turned into the one spelling `--flag value` that ArgumentParser is given.
///
/// One dash or two; `-flag value` and `-flag=value`; switches bare or with a boolean as `strconv.ParseBool` reads it;
/// a value may begin with a dash. Unlike Go's, words that are no flags may stand anywhere.
enum GoSpelling {
    /// Spells all words anew: first the flags in their order, then `--` and the words that are none.
    ///
    /// - Throws: `UsageError` for an unknown flag, a missing value, or a switch with something that is no boolean.
    static func normalise(_ words: [String]) throws(UsageError) -> [String] {
        var flags: [String] = []
        var others: [String] = []
        var rest = words[...]
        let action = action(in: words)
        while let word = rest.popFirst() {
            if word == "--" {
                others += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                others.append(word)
                continue
            }
            let (flag, inlineValue) = try split(word)
            let value: String
            if !flag.takesValue(for: action) {
                value = String(try boolean(inlineValue ?? "true", of: flag))
            } else if let inlineValue {
                value = inlineValue
            } else {
                value = try takeValue(of: flag, from: &rest)
            }
            // These two are obeyed before all others, see `asks`; the parser need not know them.
            if flag != .help, flag != .version { flags += ["--\(flag.rawValue)", value] }
        }
        return flags + ["--"] + others
    }

    /// What is to be done, as far as it can be told before the flags are read: what `-action` says, or the first word that
    /// is no flag's value and names an action.
    static func action(in words: [String]) -> Action? {
        var rest = words.prefix { $0 != "--" }
        var first: Action?
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                first = first ?? Action(rawValue: word)
                continue
            }
            guard let (flag, inlineValue) = try? split(word), flag.takesValue else { continue }
            let value = inlineValue ?? rest.popFirst()
            if flag == .action, let value { return Action(rawValue: value) }
        }
        return first
    }

    /// The flags that stand on a command line which was spelled anew, in their order; switches only where they are on.
    static func flags(in spelled: [String]) -> [Flag] {
        var flags: [Flag] = []
        var rest = spelled[...]
        while let word = rest.popFirst(), word != "--", let value = rest.popFirst() {
            guard let flag = Flag(rawValue: String(word.dropFirst(2))) else { continue }
            if flag.takesValue || value != "false" { flags.append(flag) }
        }
        return flags
    }

    /// Whether the words ask for `-help` or `-version`, which are obeyed whatever else stands there.
    static func asks(for flag: Flag, in words: [String]) -> Bool {
        words.prefix { $0 != "--" }.contains { word in
            guard word.hasPrefix("-"), let (named, value) = try? split(word), named == flag else { return false }
            return (try? boolean(value ?? "true", of: flag)) ?? false
        }
    }

    private static func split(_ word: String) throws(UsageError) -> (Flag, value: String?) {
        let body = word.dropFirst(word.hasPrefix("--") ? 2 : 1)
        let name = body.prefix { $0 != "=" }
        guard let flag = Flag(name: name) else {
            throw .unknownFlag(String(word.prefix { $0 != "=" }), nearest: Flag.nearest(to: String(name)))
        }
        return (flag, name.endIndex == body.endIndex ? nil : String(body[name.endIndex...].dropFirst()))
    }

    private static func takeValue(of flag: Flag, from rest: inout ArraySlice<String>) throws(UsageError) -> String {
        // `-image -lab` has lost its image; a value that is spelled like a flag of ours can still be given with `=`.
        guard let next = rest.first, !Flag.allCases.contains(where: { names($0, next) }) else {
            throw .missingValue(flag, next: rest.first)
        }
        rest = rest.dropFirst()
        return next
    }

    private static func names(_ flag: Flag, _ word: String) -> Bool {
        word == "-\(flag.rawValue)" || word == "--\(flag.rawValue)" || flag == .help && (word == "-h" || word == "--h")
    }

    private static func boolean(_ value: String, of flag: Flag) throws(UsageError) -> Bool {
        switch value {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: throw .invalidValue(flag, value, .expectedBoolean)
        }
    }
}
