/// The languages that the command speaks.
enum Language: String, CaseIterable, Sendable {
    /// English.
    case english = "en"
    /// Simplified Chinese.
    case chinese = "zh"

    /// The language that `-lang` or else the locale asks for: `LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is not
    /// empty (POSIX.1-2017 8.2). Every `zh` locale reads Chinese, everything else English.
    ///
    /// It looks at the raw words, because a command line that cannot be read needs a language too.
    init(words: [String], environment: [String: String]) {
        if let chosen = Self.chosen(in: words) {
            self = chosen
            return
        }
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let isChinese = locale.map { $0.lowercased().prefix { $0.isLetter } == "zh" } ?? false
        self = isChinese ? .chinese : .english
    }

    private static func chosen(in words: [String]) -> Language? {
        var last: Language?
        for (index, word) in words.enumerated() {
            if word == "--" { break }
            if word == "-lang" || word == "--lang" {
                if index + 1 < words.count { last = Language(rawValue: words[index + 1]) ?? last }
            } else if word.hasPrefix("-lang=") || word.hasPrefix("--lang=") {
                last = Language(rawValue: String(word.drop { $0 != "=" }.dropFirst())) ?? last
            }
        }
        return last
    }
}
