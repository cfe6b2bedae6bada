internal import Puller

/// What a push says of an image.
extension Sentence {
    /// An image is there now.
    static func pushed(_ name: String, _ digest: String, sent: String, blobs: (sent: Int, all: Int)) -> Sentence {
        Sentence(
            en: "\(name)  \(digest)  \(sent) sent, \(blobs.sent) of \(blobs.all) blobs",
            zh: "\(name)  \(digest)  发送 \(sent)，\(blobs.all) 个数据块中的 \(blobs.sent) 个")
    }

    /// It was there.
    static func pushedBefore(_ name: String, _ digest: String) -> Sentence {
        Sentence(en: "\(name)  \(digest)  there already", zh: "\(name)  \(digest)  已存在")
    }

    /// For the log: how a blob has come there.
    static func settled(_ blob: Int, _ arrival: BlobArrival) -> Sentence {
        switch arrival {
        case .present: Sentence(en: "blob \(blob) is there already", zh: "第 \(blob) 个数据块已存在")
        case .mounted(let repository):
            Sentence(en: "blob \(blob) was taken over from \(repository)", zh: "第 \(blob) 个数据块取自 \(repository)")
        case .sent: Sentence(en: "blob \(blob) was sent", zh: "第 \(blob) 个数据块已发送")
        case .leftOut: Sentence(en: "blob \(blob) is left out", zh: "第 \(blob) 个数据块已跳过")
        }
    }

    /// A blob is sent again.
    static func sendingAgain(_ blob: Int, attempt: Int, _ reason: Sentence) -> Sentence {
        Sentence(
            en: "blob \(blob) is sent again (\(attempt)): \(reason.en)",
            zh: "第 \(blob) 个数据块重新发送（第 \(attempt) 次）：\(reason.zh)")
    }
}
