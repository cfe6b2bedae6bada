internal import Diagnosis
internal import LabNet

/// What the network does to a target.
extension Sentence {
    /// A condition in a sentence; of which host, where it is not the target's own.
    static func meaning(_ condition: Condition, of host: String?) -> Sentence {
        let meaning = meaning(condition)
        guard let host else { return Sentence(en: "\(meaning.en).", zh: "\(meaning.zh)。") }
        return Sentence(en: "\(meaning.en) (\(host)).", zh: "\(meaning.zh)（\(host)）。")
    }

    private static func meaning(_ condition: Condition) -> Sentence {
        switch condition {
        case .clear: Sentence(en: "nothing is in the way", zh: "一切正常，没有受到干扰")
        case .tunnel:
            Sentence(
                en: "a proxy on this machine answers for everything, and it works", zh: "本机的代理程序接管了所有连接，并且工作正常")
        case .dns: Sentence(en: "the answers of DNS are forged", zh: "DNS 受到污染")
        case .sni:
            Sentence(en: "connections are killed for the name in their TLS hello", zh: "TLS 握手中的域名（SNI）被识别，连接遭到阻断")
        case .ip:
            Sentence(
                en: "its addresses cannot be reached, though the rest of the network can", zh: "目标 IP 地址被封锁，而网络的其余部分正常")
        case .tls:
            Sentence(
                en: "somebody else answers with a certificate of his own", zh: "连接被劫持：有人用自己的证书冒充服务器")
        case .frozen:
            Sentence(
                en: "the handshake succeeds, and the stream stops after some kilobytes", zh: "握手成功，但传输若干 KB 后数据流被冻结")
        case .throttled: Sentence(en: "the stream goes on, at a crawl", zh: "连接被限速，传输极慢")
        case .mtu: Sentence(en: "large packets are lost without a word", zh: "较大的数据包在途中被丢弃（MTU 问题）")
        case .portal:
            Sentence(en: "a login page of this network answers for everything", zh: "网络的登录页面（强制门户）拦截了所有连接")
        case .clock: Sentence(en: "this machine's clock is wrong", zh: "本机时间不正确")
        case .denied: Sentence(en: "the server refuses to serve this region", zh: "服务器按地区或出口管制规则拒绝访问")
        case .mirror: Sentence(en: "the mirror refuses, is out of date, or lies", zh: "镜像站拒绝服务、内容过期或内容不实")
        case .proxy: Sentence(en: "the proxy that is configured does not answer", zh: "所配置的代理没有响应")
        case .down:
            Sentence(en: "the server itself fails; nobody interferes", zh: "服务器自身故障，未发现干扰")
        case .offline: Sentence(en: "this machine is offline", zh: "本机没有联网")
        }
    }

    /// What is said where no way was seen to work; nil where none is needed.
    static func withoutWay(_ condition: Condition) -> Sentence? {
        switch condition {
        case .clear, .tunnel: nil
        case .offline: Sentence(en: "Check the cable, the radio and the router.", zh: "请检查网线、无线网络和路由器。")
        case .down: Sentence(en: "Wait, or ask whoever runs it.", zh: "请稍后再试，或联系服务器的管理者。")
        case .portal: Sentence(en: "Log in to this network with a browser first.", zh: "请先用浏览器登录该网络。")
        case .clock: Sentence(en: "Set the clock: timedatectl set-ntp true", zh: "请校准时间：timedatectl set-ntp true")
        case .proxy:
            Sentence(en: "Start the proxy, or go without it: -proxy none.", zh: "请启动代理，或者不使用代理：-proxy none。")
        case .mirror: Sentence(en: "Take another mirror: -mirror HOST.", zh: "请换一个镜像站：-mirror 主机。")
        case .denied:
            Sentence(
                en: "A mirror (-mirror HOST) or a proxy (-proxy URL) may help.",
                zh: "可以尝试镜像站（-mirror 主机）或代理（-proxy URL）。")
        case .dns, .sni, .ip, .tls, .frozen, .throttled, .mtu:
            Sentence(
                en:
                    "Nothing that was tried works; a mirror (-mirror HOST), a proxy (-proxy URL) or another network may.",
                zh: "所有尝试均未成功；可以使用镜像站（-mirror 主机）、代理（-proxy URL），或换一个网络。")
        }
    }

    /// What works, before the command to type.
    static func works(_ way: Way) -> Sentence {
        switch way {
        case .ordinary: Sentence(en: "An ordinary pull works:", zh: "直接拉取即可：")
        case .lab(let strategy?, _):
            Sentence(
                en: "Lab mode works (name: \(strategy.spelling)):", zh: "lab 模式可用（域名策略：\(strategy.spelling)）：")
        case .lab(nil, _): Sentence(en: "Lab mode works:", zh: "lab 模式可用：")
        case .segmentSize(let size):
            Sentence(en: "Segments of \(size) bytes pass:", zh: "缩小到 \(size) 字节的分段可以通过：")
        case .family(let family):
            Sentence(en: "\(name(of: family)) alone works:", zh: "仅使用 \(name(of: family)) 可用：")
        case .withoutProxy: Sentence(en: "It works without the proxy:", zh: "不使用代理可用：")
        case .mirror(let mirror): Sentence(en: "The mirror \(mirror) works:", zh: "镜像站 \(mirror) 可用：")
        }
    }
}
