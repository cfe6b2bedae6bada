internal import Puller

/// Why a stored credential cannot be used.
extension Sentence {
    /// The problem, as the end of “…: ”.
    static func credential(_ problem: CredentialProblem) -> Sentence {
        switch problem {
        case .unreadable(let errno): .errno(errno)
        case .tooLarge(let limit):
            Sentence(en: "the file is larger than \(limit) bytes", zh: "文件超过 \(limit) 字节")
        case .malformed(let part):
            Sentence(en: "the file is not as it should be: \(part)", zh: "文件内容有误：\(part)")
        case .helperName(let name):
            Sentence(
                en: "“\(name)” is no name of a credential helper; letters, digits, “.”, “_” and “-” make one",
                zh: "“\(name)”不是有效的凭据助手名；只能包含字母、数字、“.”、“_”和“-”")
        case .helperMissing: Sentence(en: "the program is not installed", zh: "未安装该程序")
        case .helperTimedOut(let limit):
            Sentence(
                en: "the program has not answered within \(seconds(limit)) s", zh: "该程序在 \(seconds(limit)) 秒内没有应答")
        case .helperFailed(let words):
            Sentence(en: "the program failed\(quoted(words).en)", zh: "该程序执行失败\(quoted(words).zh)")
        case .helperAnswer:
            Sentence(en: "the program's answer cannot be read", zh: "无法识别该程序的应答")
        }
    }
}
