/// What flags do whose meaning takes more than a line.
extension Sentence {
    static var actionHelp: Sentence {
        Sentence(
            en: """
                pull: save an archive; list: the platforms of an image; inspect: what it is;
                tags: the tags of a repository; sync: many images into a folder or registry;
                verify: is an archive right, and who loads it; push: archives into a registry;
                convert: into another layout; diagnose: what the network does.
                Also as first word: docker-tar-lab pull NAME
                """,
            zh: """
                pull：保存归档；list：列出镜像支持的平台；inspect：查看镜像信息；
                tags：列出仓库的标签；sync：批量同步到目录或仓库；
                verify：检查归档是否正确、能被谁加载；push：把归档推送到仓库；
                convert：转换归档格式；diagnose：诊断网络干扰。
                也可写成第一个参数：docker-tar-lab pull 名称
                """)
    }

    static var fromFileHelp: Sentence {
        Sentence(
            en: """
                images from a file: on each line a name, or a name and its tags, # begins
                a comment; the images of a compose file (.yml); or - for standard input
                """,
            zh: """
                从文件读取镜像：每行一个名称，后面可跟若干标签，# 之后为注释；
                也可以是 compose 文件（.yml），或用 - 表示标准输入
                """)
    }

    static var foreignHelp: Sentence {
        Sentence(
            en: "layers that may not be handed on (Windows): include (default), or skip\nas docker save does",
            zh: "禁止再分发的镜像层（Windows）：include 包含（默认）；\nskip 与 docker save 一样跳过")
    }

    static var loadHelp: Sentence {
        Sentence(
            en: "load into the Docker or podman of this machine, and write no file",
            zh: "直接载入本机的 Docker 或 podman，不写文件")
    }

    static var saveTimeHelp: Sentence {
        Sentence(
            en:
                "the time that the archive says it was saved at, where the layout has one:\n0 (default), now, seconds since 1970, or 2026-01-31T12:00:00Z",
            zh: "归档中记录的保存时间（仅部分格式）：0（默认）、now、\n1970 年以来的秒数，或 2026-01-31T12:00:00Z")
    }

    static var toHelp: Sentence {
        Sentence(
            en: "push into this registry, under this prefix: registry.lan:5000/mirror",
            zh: "推送到这个仓库的这个前缀下：registry.lan:5000/mirror")
    }

    static var toPasswordHelp: Sentence {
        Sentence(
            en: "read that password from standard input; the source's goes there never",
            zh: "从标准输入读取该密码；来源仓库的凭据不会发往目标")
    }

    static var platformHelp: Sentence {
        Sentence(
            en:
                "amd64 (default), arm64, armv7, 386, linux/arm/v7, windows/amd64, …;\nall: every platform in one archive",
            zh: "amd64（默认）、arm64、armv7、386、linux/arm/v7、windows/amd64 等；\nall：所有平台存入同一归档")
    }

    static var outputHelp: Sentence {
        Sentence(
            en: "a file, a folder, or - for standard output;\n.tar.gz, .tgz and .tar.zst compress",
            zh: "文件、目录，或用 - 表示标准输出；\n后缀为 .tar.gz、.tgz、.tar.zst 时自动压缩")
    }

    static var formatHelp: Sentence {
        Sentence(
            en: """
                docker (default): as Docker saves today, small and fast
                docker-20.10, docker-26, docker-28, docker-29-graphdriver: byte for byte
                as those save, layers inflated
                synology: the classic layout as a NAS imports it
                oci: an OCI image layout as a tar; oci-dir: as a folder
                """,
            zh: """
                docker（默认）：与新版 Docker 相同，体积小、速度快
                docker-20.10、docker-26、docker-28、docker-29-graphdriver：
                与这些版本保存的逐字节相同，层已解压
                synology：NAS 可导入的传统格式
                oci：OCI 布局的 tar；oci-dir：OCI 布局的目录
                """)
    }

    static var passwordInputHelp: Sentence {
        Sentence(
            en: "read the password from standard input; with -login one line each,\n-username's first",
            zh: "从标准输入读取密码；与 -login 同用时每个账号一行，\n-username 的在最前")
    }

    static var loginHelp: Sentence {
        Sentence(
            en: "log in to this host, for instance a mirror; may be repeated", zh: "登录指定主机（例如镜像站）；可重复使用")
    }

    static var passwordHelp: Sentence {
        Sentence(en: "the password, for all on this machine to see", zh: "密码；本机其他用户可以看到")
    }

    static var mirrorHelp: Sentence {
        Sentence(
            en: "ask these mirrors, one after another, in place of the registry", zh: "依次使用这些镜像站代替原仓库")
    }

    static var mirrorFallbackHelp: Sentence {
        Sentence(en: "ask the registry itself for what no mirror serves", zh: "镜像站都无法提供时，访问原仓库")
    }

    static var originHelp: Sentence {
        Sentence(
            en: "with -lab and mirrors: fail unless the registry itself\nvouches for the digest",
            zh: "lab 模式使用镜像站时，\n必须由原仓库确认摘要，否则失败")
    }

    static var retriesHelp: Sentence {
        Sentence(
            en: "how often to ask again after a failure that brought nothing,\n0 to 100 (default 5)",
            zh: "失败且没有收到任何内容时重试的次数，0 到 100（默认 5）")
    }

    static var timeoutHelp: Sentence {
        Sentence(
            en: "how long a server may be silent, 1s to 600s (default 60s)",
            zh: "服务器多久没有响应算超时，1s 到 600s（默认 60s）")
    }

    static var connectionsHelp: Sentence {
        Sentence(
            en:
                "connections for layers in all, 1 to 16; large layers come by several\n(default 4, or as many as -jobs)",
            zh: "下载层的连接总数，1 到 16；大的层用多个连接下载\n（默认 4，或与 -jobs 相同）")
    }

    static var rateHelp: Sentence {
        Sentence(
            en: "bytes a second at most, over all connections: 500k, 2m", zh: "所有连接合计每秒最多的字节数：500k、2m")
    }

    static var cacheHelp: Sentence {
        Sentence(
            en: "what may be kept of interrupted pulls (default 2g)", zh: "为被中断的拉取最多保留多少内容（默认 2g）")
    }

    static var noCacheHelp: Sentence {
        Sentence(en: "keep nothing of an interrupted pull, and use nothing kept", zh: "不保留被中断的内容，也不使用已保留的内容")
    }

    static var proxyHelp: Sentence {
        Sentence(
            en: "http, https, socks5 or socks5h proxy; none ignores the environment",
            zh: "http、https、socks5 或 socks5h 代理；none 表示忽略环境变量")
    }

    static var trustHelp: Sentence {
        Sentence(
            en: "trust one certificate by its fingerprint; may be repeated", zh: "按指纹信任某个证书；可重复使用")
    }

    static var jsonHelp: Sentence {
        Sentence(
            en: "print JSON in place of a table;\nwith diagnose: -json FILE, or - for standard output",
            zh: "以 JSON 格式输出；\n用于 diagnose 时：-json 文件，或用 - 表示标准输出")
    }
}
