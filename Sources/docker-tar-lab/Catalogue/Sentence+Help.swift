/// The help text. A line break in a meaning begins a new line of its column.
extension Sentence {
    static var helpPurpose: Sentence {
        Sentence(
            en:
                "Saves a container image as an archive that Docker loads, also through networks that are in the way of it.",
            zh: "把容器镜像保存为 Docker 可以加载的归档文件，在受干扰的网络中也能使用。")
    }

    static var helpUsage: Sentence { Sentence(en: "Usage (-flag and --flag are the same):", zh: "用法（-选项 与 --选项 等价）：") }

    static var helpWhat: Sentence { Sentence(en: "What to do:", zh: "操作：") }

    static var helpDiagnosis: Sentence { Sentence(en: "A diagnosis:", zh: "诊断：") }

    static var helpArchive: Sentence { Sentence(en: "The archive:", zh: "归档：") }

    static var helpTarget: Sentence { Sentence(en: "Where images are pushed:", zh: "推送目标：") }

    static var helpRegistry: Sentence { Sentence(en: "The registry:", zh: "镜像仓库：") }

    static var helpTransfer: Sentence { Sentence(en: "Patience and speed:", zh: "重试与速度：") }

    static var helpWay: Sentence { Sentence(en: "The way there:", zh: "网络：") }

    static var helpTrust: Sentence {
        Sentence(en: "Whom to trust (verification is never off):", zh: "信任设置（证书验证无法关闭）：")
    }

    static var helpWords: Sentence { Sentence(en: "What is said:", zh: "输出：") }

    static var helpExitCodes: Sentence { Sentence(en: "Exit codes:", zh: "退出码：") }

    static var helpFiles: Sentence { Sentence(en: "Environment and files:", zh: "环境变量与文件：") }

    static var helpPasswordVariable: Sentence { Sentence(en: "the password for -username", zh: "-username 对应的密码") }

    static var helpToPassword: Sentence { Sentence(en: "the password for -to-username", zh: "-to-username 对应的密码") }

    static var helpLoginVariable: Sentence {
        Sentence(
            en: "the password for -login; HOST in capitals, _ for . : -", zh: "-login 对应的密码；主机名大写，. : - 写成 _")
    }

    static var helpCredentials: Sentence {
        Sentence(
            en:
                "where docker login and podman login keep what they know, if not in\n~/.docker/config.json and containers/auth.json; read when a host asks",
            zh: "docker login 和 podman login 的凭据位置（默认为 ~/.docker/config.json\n和 containers/auth.json）；仅在主机要求登录时读取")
    }

    static var helpResolverFile: Sentence {
        Sentence(
            en: "your own resolvers for -lab, one a line\n(~/.config where $XDG_CONFIG_HOME is not set)",
            zh: "自定义的 lab 模式 DNS 服务器，每行一个\n（未设置 $XDG_CONFIG_HOME 时为 ~/.config）")
    }

    static var helpMirrorFile: Sentence {
        Sentence(
            en: "your own mirrors: docker.io = a.example, b.example/hub\n* = m.example/{registry}",
            zh: "自定义的镜像站：docker.io = a.example, b.example/hub\n* = m.example/{registry}")
    }

    static var helpMemory: Sentence {
        Sentence(
            en: "what -lab remembers: hosts, addresses, strategies, times\n(~/.cache where $XDG_CACHE_HOME is not set)",
            zh: "lab 模式的记忆：主机、地址、策略和时间\n（未设置 $XDG_CACHE_HOME 时为 ~/.cache）")
    }

    static var helpCache: Sentence {
        Sentence(
            en: "what interrupted pulls have fetched, and records of it", zh: "被中断的拉取已下载的内容及其记录")
    }

    static var helpProxyVariables: Sentence { Sentence(en: "proxies; not used with -lab", zh: "代理设置；lab 模式下不使用") }

    static var helpCertificates: Sentence { Sentence(en: "further authorities", zh: "附加的 CA 证书") }

    /// What stands for a flag's value; nil for switches.
    static func placeholder(_ flag: Flag) -> Sentence? {
        switch flag {
        case .action: Sentence(name: Action.allCases.map(\.rawValue).joined(separator: "|"))
        case .image, .nameInArchive: Sentence(en: "NAME[:TAG]", zh: "名称[:标签]")
        case .arch: Sentence(en: "PLATFORM|all", zh: "平台|all")
        case .output: Sentence(en: "PATH", zh: "路径")
        case .format: Sentence(en: "LAYOUT", zh: "格式")
        case .fromFile: Sentence(en: "FILE", zh: "文件")
        case .foreign: Sentence(name: "include|skip")
        case .saveTime: Sentence(en: "TIME", zh: "时间")
        case .to: Sentence(en: "HOST[/PREFIX]", zh: "主机[/前缀]")
        case .toUsername: Sentence(en: "NAME", zh: "用户名")
        case .jobs, .connections: Sentence(en: "NUMBER", zh: "数量")
        case .retries: Sentence(en: "NUMBER", zh: "次数")
        case .limitRate: Sentence(name: "N[k|m|g]")
        case .cacheSize: Sentence(name: "N[k|m|g]")
        case .username: Sentence(en: "NAME", zh: "用户名")
        case .password: Sentence(en: "PASSWORD", zh: "密码")
        case .login: Sentence(en: "HOST=USER", zh: "主机=用户名")
        case .mirror: Sentence(en: "HOST[/PREFIX],…|none", zh: "主机[/前缀],…|none")
        case .network: Sentence(name: "ip|ip4|ip6")
        case .sni: Sentence(en: "STRATEGY", zh: "策略")
        case .hello: Sentence(name: "standard|small|tls12")
        case .mss: Sentence(en: "BYTES", zh: "字节数")
        case .proxy: Sentence(name: "URL|none")
        case .resolve: Sentence(en: "HOST=ADDRESS,…", zh: "主机=地址,…")
        case .dnsServers: Sentence(en: "RESOLVER,…", zh: "服务器,…")
        case .canary: Sentence(en: "ADDRESS,…", zh: "地址,…")
        case .dnsTimeout, .timeout: Sentence(en: "TIME", zh: "时间")
        case .trust: Sentence(en: "HOST=sha256:…", zh: "主机=sha256:…")
        case .authorityFile, .log: Sentence(en: "FILE", zh: "文件")
        case .report: Sentence(en: "FILE.html", zh: "文件.html")
        case .control: Sentence(en: "HOST[:PORT]", zh: "主机[:端口]")
        case .authorityFolder: Sentence(en: "FOLDER", zh: "目录")
        case .lang: Sentence(name: "en|zh")
        case .noClobber, .keepIndex, .load, .passwordStdin, .plainHTTP, .lab, .noCanary, .forget, .noMemory, .noCache,
            .quiet,
            .json, .noRedact, .debug, .mirrorFallback, .requireOrigin, .toPasswordStdin, .toPlainHTTP, .version,
            .help:
            nil
        }
    }

    /// What a flag does.
    static func help(_ flag: Flag) -> Sentence {
        switch flag {
        case .action: actionHelp
        case .image: Sentence(en: "the image; also as the word after the action", zh: "镜像名；也可直接写在操作后面")
        case .fromFile: fromFileHelp
        case .arch: platformHelp
        case .output: outputHelp
        case .report: Sentence(en: "write a diagnosis as a page that any browser shows", zh: "把诊断写成网页，可用任何浏览器打开")
        case .control: controlHelp
        case .noRedact: redactHelp
        case .load: loadHelp
        case .noClobber: Sentence(en: "never replace a file", zh: "不覆盖已有文件")
        case .nameInArchive: Sentence(en: "the image's name in the archive", zh: "镜像在归档中的名称")
        case .format: formatHelp
        case .foreign: foreignHelp
        case .saveTime: saveTimeHelp
        case .to: toHelp
        case .toUsername: Sentence(en: "log in to the registry of -to", zh: "登录 -to 所指仓库的用户名")
        case .toPasswordStdin: toPasswordHelp
        case .toPlainHTTP: Sentence(en: "speak HTTP without TLS to that registry", zh: "使用不加密的 HTTP 访问该仓库")
        case .keepIndex: Sentence(en: "keep the index of all platforms in the archive", zh: "在归档中保留多平台索引")
        case .jobs: Sentence(en: "layers fetched at a time, 1 to 64 (default 4)", zh: "同时下载的层数，1 到 64（默认 4）")
        case .username: Sentence(en: "log in to the registry", zh: "登录仓库的用户名")
        case .passwordStdin: passwordInputHelp
        case .login: loginHelp
        case .password: passwordHelp
        case .mirror: mirrorHelp
        case .mirrorFallback: mirrorFallbackHelp
        case .requireOrigin: originHelp
        case .plainHTTP: Sentence(en: "speak HTTP without TLS to the registry", zh: "使用不加密的 HTTP 访问仓库")
        case .retries: retriesHelp
        case .timeout: timeoutHelp
        case .connections: connectionsHelp
        case .limitRate: rateHelp
        case .cacheSize: cacheHelp
        case .noCache: noCacheHelp
        case .lab: labHelp
        case .dnsServers: resolversHelp
        case .dnsTimeout: windowHelp
        case .canary: canaryHelp
        case .noCanary: Sentence(en: "ask nowhere but at resolvers", zh: "不询问任何探测地址")
        case .sni: strategyHelp
        case .hello: helloHelp
        case .mss: segmentHelp
        case .forget: forgetHelp
        case .noMemory: Sentence(en: "remember nothing beyond this run", zh: "不保存本次运行的记忆")
        case .network: Sentence(en: "address families to use", zh: "使用的 IP 协议族")
        case .resolve: Sentence(en: "addresses of a host; may be repeated", zh: "指定主机的地址；可重复使用")
        case .proxy: proxyHelp
        case .trust: trustHelp
        case .authorityFile: Sentence(en: "further authorities in PEM", zh: "附加的 CA 证书（PEM 格式）")
        case .authorityFolder: Sentence(en: "a folder of such files", zh: "存放 CA 证书的目录")
        case .quiet: Sentence(en: "print what scripts need alone: paths, or verdicts", zh: "只输出脚本需要的内容：路径或结论")
        case .json: jsonHelp
        case .debug: Sentence(en: "print every step on standard error", zh: "在标准错误输出每一步的详情")
        case .log: Sentence(en: "write a log for support", zh: "写入日志文件，便于排查问题")
        case .lang: Sentence(en: "language of all texts (default by locale)", zh: "界面语言（默认取决于系统区域设置）")
        case .version: Sentence(en: "print the version", zh: "显示版本")
        case .help: Sentence(en: "print this text", zh: "显示本帮助")
        }
    }

    /// What an exit code means.
    static func help(_ code: ExitCode) -> Sentence {
        switch code {
        case .done: Sentence(en: "done", zh: "成功")
        case .internal: Sentence(en: "internal error", zh: "内部错误")
        case .usage: Sentence(en: "the command line cannot be read", zh: "命令行参数有误")
        case .notFound:
            Sentence(en: "no such image, tag or platform, or nothing that could be saved", zh: "镜像、标签或平台不存在，或内容无法保存")
        case .notAuthorised: Sentence(en: "not authorised", zh: "未获授权")
        case .network: Sentence(en: "network or server failed", zh: "网络或服务器故障")
        case .interference:
            Sentence(
                en: "interference: forged DNS or killed TLS, and nothing got through", zh: "网络干扰：DNS 污染或 TLS 被阻断，且无法绕过")
        case .verification: Sentence(en: "verification failed", zh: "内容校验失败")
        case .disk: Sentence(en: "disk, or a file in the way", zh: "磁盘错误，或目标文件不允许覆盖")
        case .rateLimited: Sentence(en: "the registry's pull limit is reached", zh: "达到仓库的拉取次数限制")
        case .obstructed:
            Sentence(en: "diagnose: something is in the way, and a way around it works", zh: "diagnose：存在干扰，但有可用的办法")
        case .interrupted: Sentence(en: "interrupted", zh: "被中断")
        }
    }
}

// MARK: What a diagnosis' flags do

extension Sentence {
    static var controlHelp: Sentence {
        Sentence(
            en: "a host that nobody blocks, to compare with (default example.com)", zh: "用来对照的、不受封锁的主机（默认 example.com）")
    }

    static var redactHelp: Sentence {
        Sentence(
            en: "leave your own addresses and private names in the files", zh: "在文件中保留本机地址和内部名称")
    }
}

// MARK: What lab mode's flags do

extension Sentence {
    private static var labHelp: Sentence {
        Sentence(
            en:
                "get past forged DNS and name-reading boxes: ask many\nresolvers, weigh all answers, shape the TLS handshake",
            zh: "应对 DNS 污染和 SNI 阻断：同时询问多个 DNS 服务器，\n综合判断全部应答，并调整 TLS 握手方式")
    }

    private static var resolversHelp: Sentence {
        Sentence(
            en:
                "ask these resolvers: 9.9.9.9, [2620:fe::9]:9953; with -lab also\ntcp://8.8.8.8, tls://9.9.9.9, https://1.1.1.1/dns-query",
            zh:
                "指定 DNS 服务器：9.9.9.9、[2620:fe::9]:9953；lab 模式下还支持\ntcp://8.8.8.8、tls://9.9.9.9、https://1.1.1.1/dns-query"
        )
    }

    private static var windowHelp: Sentence {
        Sentence(
            en: "how long answers are collected with -lab (default 2s)", zh: "lab 模式收集 DNS 应答的时间（默认 2s）")
    }

    private static var canaryHelp: Sentence {
        Sentence(
            en:
                "ask here too, where no resolver listens, to hear forgers alone;\n-dns-servers has none unless you name one",
            zh: "同时询问这些没有 DNS 服务器的地址，用来识别伪造应答；\n指定了 -dns-servers 时默认没有")
    }

    private static var strategyHelp: Sentence {
        Sentence(
            en:
                "how the server's name is shown: auto (default with -lab), plain,\nrecords, segments, records+segments, disorder, omit, alter:NAME",
            zh: "握手时如何呈现域名：auto（lab 模式默认）、plain、records、\nsegments、records+segments、disorder、omit、alter:域名")
    }

    private static var helloHelp: Sentence {
        Sentence(
            en: "what the TLS greeting offers: standard (default), as little as\npossible, or TLS 1.2 alone",
            zh: "TLS 握手的内容：standard（默认）、small（尽量少）\n或 tls12（只用 TLS 1.2）")
    }

    private static var segmentHelp: Sentence {
        Sentence(
            en: "the largest TCP segment, 88 to 32767, for paths that lose larger ones",
            zh: "TCP 分段的最大长度，88 到 32767，用于会丢弃大包的网络")
    }

    private static var forgetHelp: Sentence {
        Sentence(
            en: "clear first what -lab remembers; alone it clears and ends",
            zh: "先清除 lab 模式的记忆；单独使用时清除后退出")
    }
}
