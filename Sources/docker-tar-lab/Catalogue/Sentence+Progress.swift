internal import Diagnosis

/// Words of the progress display.
extension Sentence {
    /// How far a layer is, as it stands in the layer's line.
    static func phase(_ phase: PullProgress.Phase, isSending: Bool = false) -> Sentence {
        switch phase {
        case .waiting: Sentence(en: "Waiting", zh: "等待中")
        case .downloading where isSending: Sentence(en: "Sending", zh: "上传中")
        case .verified where isSending: Sentence(en: "There", zh: "已就绪")
        case .downloading: Sentence(en: "Downloading", zh: "下载中")
        case .retrying: Sentence(en: "Retrying", zh: "重试中")
        case .verified: Sentence(en: "Verified", zh: "已校验")
        }
    }

    /// In the total's line, when all layers are here.
    static var assembling: Sentence { Sentence(en: "Assembling", zh: "打包中") }

    /// The total's label.
    static var total: Sentence { Sentence(en: "Total:", zh: "总计：") }

    /// What stands for the layers that have no row.
    static func moreLayers(_ counts: (waiting: Int, verified: Int)) -> Sentence {
        Sentence(
            en: "… not shown: \(counts.verified) verified, \(counts.waiting) waiting",
            zh: "……未显示：\(counts.verified) 层已校验，\(counts.waiting) 层等待中")
    }

    /// Hours, minutes and seconds that are left.
    static func timeLeft(_ seconds: Int64) -> Sentence {
        switch seconds {
        case ..<60: Sentence(en: "\(seconds) s left", zh: "剩余 \(seconds) 秒")
        case ..<3600:
            Sentence(en: "\(seconds / 60) min \(seconds % 60) s left", zh: "剩余 \(seconds / 60) 分 \(seconds % 60) 秒")
        default:
            Sentence(
                en: "\(seconds / 3600) h \(seconds / 60 % 60) min left",
                zh: "剩余 \(seconds / 3600) 小时 \(seconds / 60 % 60) 分")
        }
    }

    /// The line that is printed now and then where there is no terminal.
    static func progress(
        percent: Int, bytes: String, speed: String?, layers: (verified: Int, count: Int), secondsLeft: Int64?,
        isSending: Bool = false
    ) -> Sentence {
        let speed = speed.map { ", \($0)" } ?? ""
        let left = secondsLeft.map(timeLeft)
        if isSending {
            return Sentence(
                en: "Sending \(percent)% (\(bytes)\(speed)), \(layers.verified) of \(layers.count) blobs there"
                    + (left.map { ", \($0.en)" } ?? ""),
                zh: "上传中 \(percent)%（\(bytes)\(speed)），已就绪 \(layers.verified)/\(layers.count) 个数据块"
                    + (left.map { "，\($0.zh)" } ?? ""))
        }
        return Sentence(
            en: "Downloading \(percent)% (\(bytes)\(speed)), \(layers.verified) of \(layers.count) layers verified"
                + (left.map { ", \($0.en)" } ?? ""),
            zh: "下载中 \(percent)%（\(bytes)\(speed)），已校验 \(layers.verified)/\(layers.count) 层"
                + (left.map { "，\($0.zh)" } ?? ""))
    }

    /// How far an archive has been read that is judged.
    static func reading(
        _ name: String, percent: Int, bytes: String, speed: String?, secondsLeft: Int64?
    ) -> Sentence {
        let speed = speed.map { ", \($0)" } ?? ""
        let left = secondsLeft.map(timeLeft)
        return Sentence(
            en: "Reading \(percent)% (\(bytes)\(speed))" + (left.map { ", \($0.en)" } ?? "") + ": \(name)",
            zh: "正在读取 \(percent)%（\(bytes)\(speed)）" + (left.map { "，\($0.zh)" } ?? "") + "：\(name)")
    }

    /// What an examination is at with a host.
    static func stage(_ stage: Progress.Stage) -> Sentence {
        switch stage {
        case .names: Sentence(en: "asking resolvers", zh: "正在询问 DNS 服务器")
        case .hellos: Sentence(en: "connecting and shaking hands", zh: "正在连接并尝试 TLS 握手")
        case .registry: Sentence(en: "asking the registry", zh: "正在访问镜像仓库")
        case .done: Sentence(en: "done", zh: "完成")
        }
    }

    /// How many hosts are examined, and for how long it has gone on.
    static func examined(_ done: Int, of count: Int, after time: Duration) -> Sentence {
        Sentence(
            en: "Examining: \(done) of \(count) hosts done, \(seconds(time)) s",
            zh: "正在诊断：已完成 \(done)/\(count) 台主机，\(seconds(time)) 秒")
    }
}
