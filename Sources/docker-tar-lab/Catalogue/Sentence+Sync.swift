/// What a sync says of its images.
extension Sentence {
    /// Which image's turn it is.
    static func turn(_ number: Int, of count: Int, _ image: String) -> Sentence {
        Sentence(name: "[\(number)/\(count)] \(image)")
    }

    static var columnImage: Sentence { Sentence(en: "Image", zh: "镜像") }
    static var columnOutcome: Sentence { Sentence(en: "Outcome", zh: "结果") }
    static var columnFetched: Sentence { Sentence(en: "Fetched", zh: "下载") }
    static var columnShared: Sentence { Sentence(en: "Shared", zh: "共用") }
    static var columnSeconds: Sentence { Sentence(en: "Seconds", zh: "用时（秒）") }

    static var brought: Sentence { Sentence(en: "done", zh: "完成") }
    static var present: Sentence { Sentence(en: "there already", zh: "已存在") }
    static var failedOutcome: Sentence { Sentence(en: "failed", zh: "失败") }
    static var interruptedOutcome: Sentence { Sentence(en: "not done", zh: "未完成") }

    /// Below the table.
    static func syncTotal(done: Int, present: Int, failed: Int, fetched: String, shared: String) -> Sentence {
        Sentence(
            en: "\(done) done, \(present) there already, \(failed) not; \(fetched) fetched, \(shared) shared.",
            zh: "完成 \(done) 个，已存在 \(present) 个，未成功 \(failed) 个；下载 \(fetched)，共用 \(shared)。")
    }
}
