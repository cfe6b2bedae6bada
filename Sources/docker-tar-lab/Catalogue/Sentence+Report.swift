/// The frame of every error report.
extension Sentence {
    /// The first line: what could not be done.
    static func cannot(_ action: Action, _ image: String) -> Sentence {
        switch action {
        case .pull: Sentence(en: "cannot pull \(image)", zh: "无法拉取 \(image)")
        case .list: Sentence(en: "cannot list \(image)", zh: "无法列出 \(image) 的平台")
        case .inspect: Sentence(en: "cannot inspect \(image)", zh: "无法查看 \(image)")
        case .tags: Sentence(en: "cannot list the tags of \(image)", zh: "无法列出 \(image) 的标签")
        case .sync: Sentence(en: "cannot bring \(image)", zh: "无法同步 \(image)")
        case .convert: Sentence(en: "cannot convert \(image)", zh: "无法转换 \(image)")
        case .diagnose: Sentence(en: "cannot diagnose \(image)", zh: "无法诊断 \(image)")
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
        let met = Self.times(cause, times)
        return Sentence(en: "\(step.en): \(met.en)", zh: "\(step.zh)：\(met.zh)")
    }

    /// What attempts met, and how many of them.
    static func times(_ cause: Sentence, _ count: Int) -> Sentence {
        count == 1 ? cause : Sentence(en: "\(cause.en) (\(count) times)", zh: "\(cause.zh)（共 \(count) 次）")
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

    /// The same where the next run may go on.
    static var interruptedAndKept: Sentence {
        Sentence(
            en: "interrupted; what has come is kept for the next run, as far as the cache allows.",
            zh: "已中断；已下载的内容会在缓存允许的范围内保留，供下次运行继续。")
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

    /// The memory cannot be cleared.
    static func memoryFolder(_ path: String, _ reason: Sentence) -> Sentence {
        Sentence(
            en: "what is remembered in \(path) cannot be cleared: \(reason.en).",
            zh: "无法清除 \(path) 中的记忆：\(reason.zh)。")
    }

    /// The memory is cleared.
    static func forgotten(_ path: String) -> Sentence {
        Sentence(
            en:
                "What was remembered in \(path) is forgotten. Addresses where a box has just read a name are still left alone.",
            zh: "已清除 \(path) 中的记忆。刚被识别出域名的地址仍会暂时避开。")
    }

    /// There is no place for a memory.
    static var nothingRemembered: Sentence {
        Sentence(
            en: "Nothing is remembered: neither $XDG_CACHE_HOME nor $HOME names a folder.",
            zh: "没有可清除的记忆：$XDG_CACHE_HOME 和 $HOME 都没有指定目录。")
    }
}
