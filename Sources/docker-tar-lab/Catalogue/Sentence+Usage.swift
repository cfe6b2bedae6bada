/// What is wrong with a command line.
extension Sentence {
    /// The sentence for a usage error.
    init(_ error: UsageError) {
        self =
            switch error {
            case .unknownFlag(let flag, let nearest): .unknownFlag(flag, nearest)
            case .missingValue(let flag, nil): .missingValue(flag)
            case .missingValue(let flag, let next?): .missingValue(flag, before: next)
            case .invalidValue(let flag, let value, let expected): .invalidValue(flag, value, expected)
            case .missingAction: .missingAction
            case .unknownAction(let word, let nearest): .unknownAction(word, nearest)
            case .twoActions(let one, let other): .twoActions(one, other)
            case .missingImage: .missingImage
            case .twoImages(let one, let other): .twoImages(one, other)
            case .missingFile(let action): .missingFile(action)
            case .missingOutput: .missingOutput
            case .missingTarget: .missingTarget
            case .listFile(let path, let reason): .listFile(path, reason)
            case .emptyList(let path): .emptyList(path)
            case .oneNameForSeveral: .oneNameForSeveral
            case .severalRegistries(let one, let other): .severalRegistries(one, other)
            case .noTargetPassword: .noTargetPassword
            case .unexpectedWord(let word): .unexpectedWord(word)
            case .conflict(let one, let other): .conflict(one, other)
            case .foreignFlag(let flag, let action): .foreignFlag(flag, action)
            case .credentialForDiagnosis(let flag): .credentialForDiagnosis(flag)
            case .needs(let flag, let other): .needs(flag, other)
            case .invalidTarget(let text): .invalidTarget(text)
            case .invalidImage(let name, let reason): .invalidImage(name, reason)
            case .resolverFile(let path, let reason): .resolverFile(path, reason)
            case .mirrorFile(let path, let reason): .mirrorFile(path, reason)
            case .noPassword: .noPassword
            case .noPasswordForHost(let host, let variable): .noPassword(forHost: host, variable)
            case .passwordLines(let expected, let found): .passwordLines(expected, found)
            case .noPasswordOnInput: .noPasswordOnInput
            case .parser(let text): .parser(text)
            }
    }

    private static func unknownFlag(_ flag: String, _ nearest: Flag?) -> Sentence {
        guard let nearest else { return Sentence(en: "there is no flag \(flag).", zh: "没有 \(flag) 这个选项。") }
        return Sentence(
            en: "there is no flag \(flag). Did you mean \(nearest.spelling)?",
            zh: "没有 \(flag) 这个选项。是不是想用 \(nearest.spelling)？")
    }

    private static func missingValue(_ flag: Flag) -> Sentence {
        Sentence(en: "\(flag.spelling) needs a value.", zh: "\(flag.spelling) 后面缺少值。")
    }

    private static func missingValue(_ flag: Flag, before next: String) -> Sentence {
        Sentence(
            en:
                "\(flag.spelling) needs a value, and \(next) is a flag. If it is the value, write \(flag.spelling)=\(next).",
            zh: "\(flag.spelling) 后面缺少值，而 \(next) 是另一个选项。如果它就是要给的值，请写成 \(flag.spelling)=\(next)。")
    }

    private static func invalidValue(_ flag: Flag, _ value: String, _ expected: Sentence) -> Sentence {
        Sentence(
            en: "\(flag.spelling) cannot be “\(value)”: \(expected.en)",
            zh: "\(flag.spelling) 的值“\(value)”无效：\(expected.zh)")
    }

    private static var missingAction: Sentence {
        Sentence(
            en: "nothing is asked for. Say \(Action.names(joinedBy: " or ")): docker-tar-lab pull nginx.",
            zh: "没有说明要做什么。请指定 \(Action.names(joinedBy: " 或 "))，例如：docker-tar-lab pull nginx。")
    }

    private static func unknownAction(_ word: String, _ nearest: Action?) -> Sentence {
        guard let nearest else {
            return Sentence(
                en:
                    "“\(word)” is no action; there are \(Action.names(joinedBy: " and ")). To pull an image of that name: docker-tar-lab pull \(word).",
                zh: "没有“\(word)”这个操作，只有 \(Action.names(joinedBy: " 和 "))。如果要拉取这个名字的镜像：docker-tar-lab pull \(word)。")
        }
        return Sentence(
            en: "“\(word)” is no action. Did you mean \(nearest.rawValue)?",
            zh: "没有“\(word)”这个操作。是不是想用 \(nearest.rawValue)？")
    }

    private static func twoActions(_ one: String, _ other: String) -> Sentence {
        Sentence(
            en: "-action \(one) and the word \(other) contradict each other; give one of them.",
            zh: "-action \(one) 与 \(other) 相互矛盾，只能指定其中一个。")
    }

    private static var missingImage: Sentence {
        Sentence(
            en: "no image is named. Give one with -image, or after the action: docker-tar-lab pull nginx.",
            zh: "没有指定镜像。请用 -image 指定，或写在操作后面：docker-tar-lab pull nginx。")
    }

    private static func twoImages(_ one: String, _ other: String) -> Sentence {
        Sentence(
            en: "two images are named, \(one) and \(other); one is handled at a time.",
            zh: "指定了两个镜像：\(one) 和 \(other)；一次只能处理一个。")
    }

    private static func missingFile(_ action: Action) -> Sentence {
        Sentence(
            en: "no archive is named: docker-tar-lab \(action.rawValue) nginx.tar.",
            zh: "没有指定归档：docker-tar-lab \(action.rawValue) nginx.tar。")
    }

    private static var missingOutput: Sentence {
        Sentence(en: "say where it goes: -output PATH.", zh: "没有指定输出位置，请用 -output 指定。")
    }

    private static var missingTarget: Sentence {
        Sentence(
            en: "say which registry it goes to: -to registry.lan:5000/mirror.",
            zh: "没有指定推送到哪个仓库，请用 -to 指定，例如 -to registry.lan:5000/mirror。")
    }

    private static func listFile(_ path: String, _ reason: Sentence) -> Sentence {
        Sentence(en: "the images in \(path) cannot be read: \(reason.en)", zh: "无法读取 \(path) 中的镜像：\(reason.zh)")
    }

    private static func emptyList(_ path: String) -> Sentence {
        Sentence(en: "no image is named in \(path).", zh: "\(path) 中没有镜像。")
    }

    private static var oneNameForSeveral: Sentence {
        Sentence(en: "-as names one image, and there are several.", zh: "-as 只能用于一个镜像，而这里有多个。")
    }

    private static func severalRegistries(_ one: String, _ other: String) -> Sentence {
        Sentence(
            en: "-username is for one registry, and the images are in \(one) and \(other): "
                + "use -login HOST=USER for each.",
            zh: "-username 只用于一个仓库，而镜像分别在 \(one) 和 \(other)：请对每个仓库使用 -login 主机=用户名。")
    }

    private static var noTargetPassword: Sentence {
        Sentence(
            en: "-to-username needs a password: by -to-password-stdin, or in $DOCKER_TAR_LAB_TO_PASSWORD.",
            zh: "-to-username 需要密码：请使用 -to-password-stdin，或设置环境变量 DOCKER_TAR_LAB_TO_PASSWORD。")
    }

    private static func unexpectedWord(_ word: String) -> Sentence {
        Sentence(
            en: "“\(word)” is one word too many. Switches are set with “=”: -lab=true.",
            zh: "多了一个参数“\(word)”。开关选项要用“=”赋值，例如 -lab=true。")
    }

    private static func conflict(_ one: String, _ other: String) -> Sentence {
        Sentence(en: "\(one) and \(other) exclude each other.", zh: "\(one) 与 \(other) 不能同时使用。")
    }

    private static func foreignFlag(_ flag: Flag, _ action: Action) -> Sentence {
        Sentence(
            en: "\(flag.spelling) has no meaning with \(action.rawValue).",
            zh: "\(flag.spelling) 不能用于 \(action.rawValue)。")
    }

    private static func credentialForDiagnosis(_ flag: Flag) -> Sentence {
        Sentence(
            en: "\(flag.spelling) has no meaning with diagnose: a diagnosis sends no credential anywhere.",
            zh: "\(flag.spelling) 不能用于 diagnose：诊断不会向任何地方发送凭据。")
    }

    private static func invalidTarget(_ text: String) -> Sentence {
        Sentence(
            en: "“\(text)” cannot be diagnosed; give an image, a host or a URL, as in nginx, ghcr.io, https://quay.io.",
            zh: "无法诊断“\(text)”；请给出镜像名、主机或网址，例如 nginx、ghcr.io、https://quay.io。")
    }

    private static func needs(_ flag: Flag, _ other: String) -> Sentence {
        Sentence(
            en: "\(flag.spelling) needs \(other) beside it.", zh: "\(flag.spelling) 必须与 \(other) 一起使用。")
    }

    private static func invalidImage(_ name: String, _ reason: Sentence) -> Sentence {
        Sentence(en: "“\(name)” is no image name: \(reason.en)", zh: "“\(name)”不是有效的镜像名：\(reason.zh)")
    }

    private static func resolverFile(_ path: String, _ reason: Sentence) -> Sentence {
        Sentence(
            en: "the list of resolvers in \(path) cannot be used: \(reason.en)",
            zh: "无法使用 \(path) 中的 DNS 服务器列表：\(reason.zh)")
    }

    private static func mirrorFile(_ path: String, _ reason: Sentence) -> Sentence {
        Sentence(
            en: "the map of mirrors in \(path) cannot be used: \(reason.en)",
            zh: "无法使用 \(path) 中的镜像站列表：\(reason.zh)")
    }

    /// A line of the map of mirrors.
    static func unreadableLine(_ number: Int, _ text: String) -> Sentence {
        Sentence(
            en: "line \(number), “\(text)”. Write REGISTRY = MIRROR, MIRROR, as in docker.io = mirror.example.com/hub.",
            zh: "第 \(number) 行“\(text)”。格式为 仓库 = 镜像站, 镜像站，例如 docker.io = mirror.example.com/hub。")
    }

    private static var noPassword: Sentence {
        Sentence(
            en: "-username needs a password: by -password-stdin, or in $DOCKER_TAR_LAB_PASSWORD.",
            zh: "-username 需要密码：请使用 -password-stdin，或设置环境变量 DOCKER_TAR_LAB_PASSWORD。")
    }

    private static func noPassword(forHost host: String, _ variable: String) -> Sentence {
        Sentence(
            en: "-login \(host)=… needs a password: by -password-stdin, or in $\(variable).",
            zh: "-login \(host)=… 需要密码：请使用 -password-stdin，或设置环境变量 \(variable)。")
    }

    private static func passwordLines(_ expected: Int, _ found: Int) -> Sentence {
        Sentence(
            en:
                "-password-stdin wants one line for each of the \(expected) accounts, -username first, then each -login as typed; it found \(found).",
            zh: "-password-stdin 需要为 \(expected) 个账号各提供一行密码，先是 -username，然后按输入顺序依次是各个 -login；实际读到 \(found) 行。")
    }

    private static var noPasswordOnInput: Sentence {
        Sentence(
            en: "-password-stdin found no password on standard input.", zh: "-password-stdin 没有从标准输入读到密码。")
    }

    private static func parser(_ text: String) -> Sentence {
        Sentence(
            en: "the command line cannot be read. The parser says: \(text)", zh: "无法解析命令行。解析器的原话：\(text)")
    }

    /// Where to read on; it follows every usage error.
    static var seeHelp: Sentence {
        Sentence(en: "See docker-tar-lab -help.", zh: "用法见 docker-tar-lab -help -lang zh。")
    }
}
