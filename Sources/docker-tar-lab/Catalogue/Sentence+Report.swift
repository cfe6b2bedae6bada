/// The frame of every error report.
extension Sentence {
    /// The first line: what could not be done.
    static func cannot(_ action: Action, _ image: String) -> Sentence {
        switch action {
        case .pull: Sentence(en: "cannot pull \(image)", zh: "无法拉取 \(image)")
        case .list: Sentence(en: "cannot list \(image)", zh: "无法列出 \(image) 的平台")
        }
    }

    /// The step that failed, and its cause.
    static func failed(_ step: Sentence, _ cause: Sentence) -> Sentence {
        Sentence(en: "Failed: \(step.en): \(cause.en).", zh: "失败步骤：\(step.zh)：\(cause.zh)。")
    }

    /// The step that failed, where the cause follows on a line of its own.
    static func failed(_ step: Sentence) -> Sentence {
        Sentence(en: "Failed: \(step.en).", zh: "失败步骤：\(step.zh)。")
    }

    /// The step below it where the transport failed.
    static func because(_ step: Sentence, _ cause: Sentence) -> Sentence {
        Sentence(en: "Cause:  \(step.en): \(cause.en).", zh: "具体原因：\(step.zh)：\(cause.zh)。")
    }

    /// Above the list of attempts.
    static var attempts: Sentence { Sentence(en: "Tried:", zh: "尝试过程：") }

    /// One attempt; how often it ended so.
    static func attempt(_ step: Sentence, _ cause: Sentence, times: Int) -> Sentence {
        times == 1
            ? Sentence(en: "\(step.en): \(cause.en)", zh: "\(step.zh)：\(cause.zh)")
            : Sentence(
                en: "\(step.en): \(cause.en) (\(times) times)", zh: "\(step.zh)：\(cause.zh)（共 \(times) 次）")
    }

    /// One piece of advice.
    static func advice(_ advice: Sentence) -> Sentence {
        Sentence(en: "Try:    \(advice.en)", zh: "建议：\(advice.zh)")
    }

    /// Above the table of the platforms that there are.
    static var existingPlatforms: Sentence { Sentence(en: "It exists for:", zh: "现有平台：") }

    /// The task was interrupted.
    static var interrupted: Sentence {
        Sentence(en: "interrupted; nothing is left behind.", zh: "已中断，没有留下任何文件。")
    }

    /// A defect of ours.
    static var internalError: Sentence {
        Sentence(
            en: "an internal error; please report it with the output of -debug.",
            zh: "内部错误；请附上 -debug 的输出反馈给我们。")
    }

    /// The log file cannot be opened.
    static func logFile(_ path: String, _ reason: Sentence) -> Sentence {
        Sentence(
            en: "the log file \(path) cannot be opened: \(reason.en).", zh: "无法打开日志文件 \(path)：\(reason.zh)。")
    }
}
