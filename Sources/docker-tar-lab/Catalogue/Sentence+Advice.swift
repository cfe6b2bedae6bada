internal import LabNet

/// What to do next; each follows “Try:”.
extension Sentence {
    // MARK: the network

    /// Lab mode, as the very command to type.
    static func lab(_ circumstances: Circumstances) -> Sentence {
        let command = "docker-tar-lab \(circumstances.action.rawValue) \(circumstances.image) -lab"
        return Sentence(
            en: "\(command), which gets past forged DNS answers and boxes that read the name in TLS.",
            zh: "使用 lab 模式，可绕过 DNS 污染和基于 SNI 的阻断：\(command)")
    }

    static var otherNetwork: Sentence {
        Sentence(
            en:
                "no strategy is left to try on this network; use another one, a mirror (-mirror HOST) or a proxy (-proxy URL).",
            zh: "在当前网络中所有策略都已用尽；请换一个网络，或使用镜像站（-mirror 主机）或代理（-proxy URL）。")
    }

    static var letItChoose: Sentence {
        Sentence(en: "without -sni, so that the others are tried, too.", zh: "去掉 -sni，以便尝试其他策略。")
    }

    static var smallerHello: Sentence {
        Sentence(
            en: "a smaller greeting or smaller segments, in case the path loses large ones: -hello small, -mss 536.",
            zh: "如果网络会丢弃大包，可缩小握手内容或 TCP 分段：-hello small、-mss 536。")
    }

    static var otherResolvers: Sentence {
        Sentence(
            en:
                "other resolvers (-dns-servers tls://9.9.9.9,https://1.1.1.1/dns-query), or more time for their answers (-dns-timeout 5s).",
            zh: "换用其他 DNS 服务器（-dns-servers tls://9.9.9.9,https://1.1.1.1/dns-query），或延长等待时间（-dns-timeout 5s）。")
    }

    static func giveAddress(_ host: String) -> Sentence {
        Sentence(
            en: "the host's address, if you know it from elsewhere: -resolve \(host)=ADDRESS.",
            zh: "如果从别处得知了该主机的地址，可直接指定：-resolve \(host)=地址。")
    }

    static func allowAddress(_ host: String) -> Sentence {
        Sentence(
            en: "only if you know why this host is in your own network: -resolve \(host)=ADDRESS.",
            zh: "仅当确知该主机为何位于内部网络时：-resolve \(host)=地址。")
    }

    static func checkHost(_ host: String) -> Sentence {
        Sentence(en: "check the spelling of \(host).", zh: "检查 \(host) 的拼写。")
    }

    static var checkLine: Sentence {
        Sentence(en: "check that this machine is online.", zh: "检查本机是否已经联网。")
    }

    static func checkServer(_ host: String) -> Sentence {
        Sentence(en: "check that \(host) is up, and the port.", zh: "检查 \(host) 是否正常运行，以及端口是否正确。")
    }

    static var anyFamily: Sentence {
        Sentence(en: "allow both address families: -network ip.", zh: "允许使用两种协议族：-network ip。")
    }

    static var showName: Sentence {
        Sentence(
            en: "if the server needs its name in the handshake: -sni records+segments.",
            zh: "如果服务器要求握手时带上域名：-sni records+segments。")
    }

    static var seeDebug: Sentence {
        Sentence(en: "-debug shows every step with its times.", zh: "加上 -debug 可以查看每一步的详情和耗时。")
    }

    static func plainHTTP(_ host: String) -> Sentence {
        Sentence(
            en: "\(host) seems to speak plain HTTP: add -plain-http if that is what you want.",
            zh: "\(host) 使用的似乎是明文 HTTP；如果确实如此，请加上 -plain-http。")
    }

    // MARK: proxies

    static var proxyLogIn: Sentence {
        Sentence(
            en: "the proxy wants a user name and a password: -proxy http://USER:PASSWORD@HOST:PORT.",
            zh: "代理需要用户名和密码：-proxy http://用户名:密码@主机:端口。")
    }

    static var checkProxy: Sentence {
        Sentence(
            en: "check the proxy's address and kind, or go without it: -proxy none.",
            zh: "检查代理的地址和类型，或者不使用代理：-proxy none。")
    }

    // MARK: certificates

    static func pin(_ host: String, _ fingerprint: String) -> Sentence {
        Sentence(
            en:
                "only if this registry is your own: compare the fingerprint with the one on the registry itself, then add "
                + "-trust \(host)=\(fingerprint)",
            zh: "仅当这是您自己的仓库时：先在仓库服务器上核对指纹，确认一致后加上 -trust \(host)=\(fingerprint)")
    }

    static var giveAuthority: Sentence {
        Sentence(
            en: "if your company has an authority of its own: -ca-file FILE.pem.",
            zh: "如果公司有自己的 CA：-ca-file 证书.pem。")
    }

    static var checkClock: Sentence {
        Sentence(
            en: "check this machine's clock; if it is right, the registry must renew its certificate.",
            zh: "检查本机时间；如果时间无误，则需要由仓库方更新证书。")
    }

    static var givePEM: Sentence {
        Sentence(en: "give a readable file of certificates in PEM.", zh: "请提供可读取的 PEM 格式证书文件。")
    }

    static var checkClientKey: Sentence {
        Sentence(
            en: "put NAME.cert and its NAME.key side by side in the registry's folder.",
            zh: "请把 名称.cert 和对应的 名称.key 放在该仓库的同一目录中。")
    }

    // MARK: the registry

    static func checkName(_ image: String) -> Sentence {
        Sentence(
            en: "check name and tag of \(image); some registries answer so for private images, too.",
            zh: "检查 \(image) 的名称和标签；有些仓库对私有镜像也会这样应答。")
    }

    static var logIn: Sentence {
        Sentence(
            en: "log in: -username NAME -password-stdin, or once and for all with docker login or podman login.",
            zh: "登录后再试：-username 用户名 -password-stdin，或先用 docker login、podman login 登录。")
    }

    static func repairCredentials(_ path: String) -> Sentence {
        Sentence(
            en: "repair or remove \(path); docker login and podman login write such files.",
            zh: "修复或删除 \(path)；docker login 和 podman login 会生成这样的文件。")
    }

    static func installHelper(_ program: String) -> Sentence {
        Sentence(
            en:
                "install \(program), take it out of credHelpers and credsStore in Docker's config.json, or pass over that file: DOCKER_CONFIG=/none.",
            zh: "安装 \(program)，或从 Docker 的 config.json 中删除 credHelpers、credsStore 里的这一项，或跳过该文件：DOCKER_CONFIG=/none。")
    }

    static func tryHelper(_ program: String) -> Sentence {
        Sentence(
            en:
                "see whether it works by itself, echo HOST | \(program) get (which prints the password), or pass over it: DOCKER_CONFIG=/none.",
            zh: "单独运行该程序看是否正常：echo 主机 | \(program) get（会显示密码），或跳过它：DOCKER_CONFIG=/none。")
    }

    static var checkPassword: Sentence {
        Sentence(
            en: "check user name and password, and that this account may pull the image.",
            zh: "检查用户名和密码，并确认该账号有权拉取此镜像。")
    }

    static func comeAgain(_ wait: Duration?) -> Sentence {
        guard let wait else { return Sentence(en: "again in a few minutes.", zh: "过几分钟再试。") }
        return Sentence(en: "again in \(seconds(wait)) s.", zh: "\(seconds(wait)) 秒后再试。")
    }

    static var logInForMore: Sentence {
        Sentence(
            en: "logged in users may pull more: -username NAME -password-stdin.",
            zh: "登录用户的额度更高：-username 用户名 -password-stdin。")
    }

    static var leaveMirror: Sentence {
        Sentence(en: "without -mirror, or with another one.", zh: "去掉 -mirror，或换一个镜像站。")
    }

    static var withoutOrigin: Sentence {
        Sentence(
            en: "without -require-origin, if the mirror's word is enough.", zh: "如果可以只信任镜像站，去掉 -require-origin。")
    }

    /// Refused by a server for a reason of its own.
    static func otherWay(_ circumstances: Circumstances) -> Sentence {
        circumstances.hasMirror
            ? leaveMirror
            : Sentence(
                en: "from another network or through a mirror: -mirror HOST.", zh: "换一个网络，或使用镜像站：-mirror 主机。")
    }

    static var isItARegistry: Sentence {
        Sentence(
            en: "check that a registry answers there, and no login page of the network in between.",
            zh: "确认该地址确实是镜像仓库，而不是网络的登录页面。")
    }

    static var otherRegistry: Sentence {
        Sentence(
            en: "ask the registry's operator; credentials are never sent to such a place.",
            zh: "请联系仓库管理员；本工具绝不会把凭据发送到这样的地址。")
    }

    static var withoutForeignLayers: Sentence {
        Sentence(
            en: "ask whoever made the image, or leave layers that may not be handed on out with -foreign skip.",
            zh: "请联系镜像的制作者，或用 -foreign skip 跳过禁止再分发的镜像层。")
    }

    static var nameIt: Sentence {
        Sentence(en: "give the image a name with -as.", zh: "用 -as 给镜像指定名称。")
    }

    static var otherPrefix: Sentence {
        Sentence(en: "push one of them under another prefix.", zh: "将其中一个推送到另一个前缀下。")
    }

    static var unixSocket: Sentence {
        Sentence(
            en: "set DOCKER_HOST to the daemon's socket, as in unix:///run/docker.sock.",
            zh: "将 DOCKER_HOST 设为守护进程的套接字，例如 unix:///run/docker.sock。")
    }

    static var startDaemon: Sentence {
        Sentence(
            en: "start Docker, or podman's service (podman system service).",
            zh: "启动 Docker，或 podman 的服务（podman system service）。")
    }

    static var seeDaemonLog: Sentence {
        Sentence(en: "the daemon's own log may say more.", zh: "守护进程自己的日志可能有更多说明。")
    }

    static var layoutOfAll: Sentence {
        Sentence(en: "leave out -format, or name one platform with -arch.", zh: "去掉 -format，或用 -arch 指定一个平台。")
    }

    static var withoutName: Sentence {
        Sentence(en: "leave out -as; every image keeps its own name.", zh: "去掉 -as，各镜像保留原有名称。")
    }

    static var checkPath: Sentence {
        Sentence(en: "check the path, and that you may read what stands there.", zh: "检查路径，并确认有读取权限。")
    }

    static var folderFormat: Sentence {
        Sentence(en: "use -format oci-dir, or name a file with -output.", zh: "改用 -format oci-dir，或用 -output 指定文件。")
    }

    static var getArchiveAgain: Sentence {
        Sentence(
            en: "get the archive again from where it was written; compare the sums of both files.",
            zh: "从来源处重新获取该归档，并比较两个文件的校验和。")
    }

    static var nothingWasKept: Sentence {
        Sentence(
            en:
                "once more; nothing of it was kept. If it happens again, the registry or something on the way is at fault.",
            zh: "重新执行一次，出错的内容没有保留。如果再次出现，说明仓库或传输途中有问题。")
    }

    static func takePlatform(_ name: String?) -> Sentence {
        Sentence(
            en: "one of these, as in -arch \(name ?? "amd64").", zh: "从中选择一个，例如 -arch \(name ?? "amd64")。")
    }

    static var otherTag: Sentence { Sentence(en: "another tag of the image.", zh: "换一个标签。") }

    static func listFirst(_ image: String) -> Sentence {
        Sentence(
            en: "another tag; docker-tar-lab list \(image) shows what there is.",
            zh: "换一个标签；可用 docker-tar-lab list \(image) 查看现有内容。")
    }

    // MARK: the disk

    static var makeRoom: Sentence {
        Sentence(en: "make room, or write elsewhere: -output PATH.", zh: "清理磁盘空间，或写到别处：-output 路径。")
    }

    static var writableFolder: Sentence {
        Sentence(en: "a folder that you may write to: -output PATH.", zh: "换一个有写权限的目录：-output 路径。")
    }

    static var existingFolder: Sentence {
        Sentence(en: "make the folder first, or name another one with -output.", zh: "先创建该目录，或用 -output 指定其他目录。")
    }

    static var shorterName: Sentence {
        Sentence(en: "a shorter name: -output FILE.tar.", zh: "换一个较短的文件名：-output 文件名.tar。")
    }

    static var otherOutput: Sentence {
        Sentence(
            en: "another name (-output FILE.tar), or move away what stands there.",
            zh: "换一个文件名（-output 文件名.tar），或移走原有文件。")
    }

    static var allowReplacing: Sentence {
        Sentence(
            en: "another name (-output FILE.tar), or without -no-clobber to replace it.",
            zh: "换一个文件名（-output 文件名.tar），或去掉 -no-clobber 直接覆盖。")
    }
}
