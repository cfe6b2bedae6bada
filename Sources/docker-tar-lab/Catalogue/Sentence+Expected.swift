/// What a flag's value must be; each follows “-flag cannot be …”.
extension Sentence {
    static var expectedBoolean: Sentence { Sentence(en: "give true or false.", zh: "只能是 true 或 false。") }

    static var expectedSomething: Sentence { Sentence(en: "it is empty.", zh: "不能为空。") }

    static var expectedLanguage: Sentence { Sentence(en: "give en or zh.", zh: "只能是 en 或 zh。") }

    static var expectedFamily: Sentence {
        Sentence(en: "give ip, ip4 or ip6.", zh: "只能是 ip、ip4 或 ip6。")
    }

    static var expectedFormat: Sentence {
        let names = ArchiveFormat.allCases.map(\.rawValue)
        return Sentence(
            en: "give one of \(names.joined(separator: ", ")).", zh: "只能是 \(names.joined(separator: "、")) 之一。")
    }

    static var expectedForeign: Sentence { Sentence(en: "give include or skip.", zh: "只能是 include 或 skip。") }

    static var expectedTime: Sentence {
        Sentence(
            en: "give 0, now, seconds since 1970, or a time such as 2026-01-31T12:00:00Z, before the year 2242.",
            zh: "请给出 0、now、1970 年以来的秒数，或 2026-01-31T12:00:00Z 这样的时间（2242 年之前）。")
    }

    static var expectedTarget: Sentence {
        Sentence(
            en: "give a registry's host and perhaps a prefix, as in registry.lan:5000/mirror.",
            zh: "请给出仓库主机，后面可带前缀，例如 registry.lan:5000/mirror。")
    }

    static var expectedOnePlatform: Sentence {
        Sentence(
            en: "give one platform; the platforms that there are stand in the table anyway.",
            zh: "请指定一个平台；所有可用平台都会列在结果中。")
    }

    static var expectedJobs: Sentence {
        Sentence(en: "give a number from 1 to 64.", zh: "请给出 1 到 64 之间的整数。")
    }

    static var expectedDuration: Sentence {
        Sentence(
            en: "give a time such as 2, 2s or 1500ms, from 50ms to 60s.",
            zh: "请给出 50ms 到 60s 之间的时间，例如 2、2s 或 1500ms。")
    }

    static var expectedTimeout: Sentence {
        Sentence(
            en: "give a time such as 30, 90s or 1500ms, from 1s to 600s.",
            zh: "请给出 1s 到 600s 之间的时间，例如 30、90s 或 1500ms。")
    }

    static var expectedRetries: Sentence {
        Sentence(en: "give a number from 0 to 100.", zh: "请给出 0 到 100 之间的整数。")
    }

    static var expectedConnections: Sentence {
        Sentence(en: "give a number from 1 to 16.", zh: "请给出 1 到 16 之间的整数。")
    }

    static var expectedRate: Sentence {
        Sentence(
            en: "give bytes a second, more than 0, such as 500k or 2m.", zh: "请给出大于 0 的每秒字节数，例如 500k 或 2m。")
    }

    static var expectedCacheSize: Sentence {
        Sentence(
            en: "give a size such as 500m or 4g; 0 keeps nothing.", zh: "请给出大小，例如 500m 或 4g；0 表示不保留。")
    }

    static var expectedServerName: Sentence {
        Sentence(
            en: "give auto, plain, records, segments, records+segments, disorder, omit or alter:NAME.",
            zh: "只能是 auto、plain、records、segments、records+segments、disorder、omit 或 alter:域名。")
    }

    static var expectedAlterName: Sentence {
        Sentence(
            en: "alter needs the name that is to be shown, as in alter:www.example.com.",
            zh: "alter 必须带上要显示的域名，例如 alter:www.example.com。")
    }

    static var expectedHello: Sentence {
        Sentence(en: "give standard, small or tls12.", zh: "只能是 standard、small 或 tls12。")
    }

    static var expectedSegmentSize: Sentence {
        Sentence(en: "give a number of bytes from 88 to 32767.", zh: "请给出 88 到 32767 之间的字节数。")
    }

    static var expectedOverride: Sentence {
        Sentence(
            en: "give HOST=ADDRESS[,ADDRESS…], as in ghcr.io=192.0.2.1,2001:db8::1.",
            zh: "格式为 主机名=地址[,地址…]，例如 ghcr.io=192.0.2.1,2001:db8::1。")
    }

    static var expectedAccount: Sentence {
        Sentence(
            en: "give HOST=USER or HOST:PORT=USER, each host once, as in mirror.example=me.",
            zh: "格式为 主机=用户名 或 主机:端口=用户名，每个主机只能出现一次，例如 mirror.example=me。")
    }

    static var expectedControl: Sentence {
        Sentence(
            en: "give HOST or HOST:PORT, and behind a comma the port of its page over plain HTTP, if it is not 80.",
            zh: "格式为 主机 或 主机:端口；如果明文 HTTP 页面的端口不是 80，在逗号后给出。")
    }

    static var expectedFile: Sentence { Sentence(en: "give the name of a file.", zh: "请给出文件名。") }

    static var expectedMirror: Sentence {
        Sentence(
            en: "give HOST, HOST:PORT or HOST/PREFIX, as in mirror.example.com/hub.",
            zh: "格式为 主机、主机:端口 或 主机/前缀，例如 mirror.example.com/hub。")
    }

    static var expectedTaggedName: Sentence {
        Sentence(en: "give NAME:TAG, without a digest.", zh: "格式为 名称:标签，不能带摘要。")
    }

    static var expectedPlainResolvers: Sentence {
        Sentence(
            en: "resolvers over tcp://, tls:// and https:// are asked in lab mode only; add -lab.",
            zh: "tcp://、tls:// 和 https:// 只能用于 lab 模式，请加上 -lab。")
    }

    static func expectedResolversOf(_ family: String) -> Sentence {
        Sentence(
            en: "none of these can be asked under -network \(family).",
            zh: "在 -network \(family) 的限制下，其中没有一个可用。")
    }
}
