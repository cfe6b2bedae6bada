/// One sentence for people, in both languages side by side; it cannot be made without either.
///
/// Every human sentence of the command is a static member of this type in this folder, and stands nowhere else.
/// Sentences that carry foreign words (a server's, a certificate's) are stripped of control characters by `Console`.
struct Sentence: Hashable, Sendable {
    /// In English.
    let en: String
    /// In Simplified Chinese.
    let zh: String

    /// Puts both languages side by side.
    init(en: String, zh: String) {
        self.en = en
        self.zh = zh
    }

    /// A name that is the same in every language.
    init(name: String) { self.init(en: name, zh: name) }

    /// In the language asked for.
    func text(in language: Language) -> String {
        switch language {
        case .english: en
        case .chinese: zh
        }
    }
}
