import Testing

@testable import docker_tar_lab

@Suite struct LanguageTests {
    @Test(arguments: [
        ([], [:], Language.english),
        ([], ["LANG": "zh_CN.UTF-8"], .chinese),
        ([], ["LANG": "zh"], .chinese),
        ([], ["LANG": "ZH_TW.Big5"], .chinese),
        ([], ["LANG": "zhx_XX"], .english),
        ([], ["LANG": "C", "LC_MESSAGES": "zh_CN.UTF-8"], .chinese),
        ([], ["LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE"], .english),
        ([], ["LANG": "zh_CN.UTF-8", "LC_ALL": "C"], .english),
        ([], ["LANG": "zh_CN.UTF-8", "LC_ALL": ""], .chinese),
        (["-lang", "zh"], ["LC_ALL": "C"], .chinese),
        (["--lang=en"], ["LC_ALL": "zh_CN"], .english),
        (["-nonsense", "-lang=zh"], [:], .chinese),
        (["-lang", "fr"], ["LANG": "zh_CN"], .chinese),
        (["-lang"], ["LANG": "zh_CN"], .chinese),
        (["--", "-lang", "zh"], [:], .english),
    ])
    func theFlagComesFirstThenTheLocale(words: [String], environment: [String: String], expected: Language) {
        #expect(Language(words: words, environment: environment) == expected)
    }
}
