internal import Glibc

/// What the kernel's error numbers mean.
extension Sentence {
    /// The meaning of an `errno`, its number where it is not a common one.
    static func errno(_ number: Int32) -> Sentence {
        switch number {
        case ENOSPC: Sentence(en: "the disk is full", zh: "磁盘空间已满")
        case EDQUOT: Sentence(en: "the disk quota is used up", zh: "磁盘配额已用完")
        case EACCES, EPERM: Sentence(en: "permission denied", zh: "权限不足")
        case EROFS: Sentence(en: "the file system is read-only", zh: "文件系统是只读的")
        case ENOENT: Sentence(en: "there is no such file or folder", zh: "文件或目录不存在")
        case ENOTDIR: Sentence(en: "a part of the path is no folder", zh: "路径中有一部分不是目录")
        case ELOOP: Sentence(en: "a symbolic link stands in the way", zh: "路径中有符号链接")
        case EISDIR: Sentence(en: "it is a folder", zh: "它是一个目录")
        case EEXIST: Sentence(en: "it exists already", zh: "它已经存在")
        case ENAMETOOLONG: Sentence(en: "the name is too long", zh: "文件名太长")
        case EFBIG: Sentence(en: "the file would be larger than allowed here", zh: "文件大小超出此处的限制")
        case EIO: Sentence(en: "the device failed to read or write", zh: "设备读写出错")
        case EPIPE: Sentence(en: "the reader has gone away", zh: "读取方已经退出")
        case EMFILE, ENFILE: Sentence(en: "too many files are open", zh: "打开的文件过多")
        case ENOMEM: Sentence(en: "there is not enough memory", zh: "内存不足")
        case ENETUNREACH: Sentence(en: "there is no route to that network", zh: "没有通往该网络的路由")
        case EHOSTUNREACH: Sentence(en: "there is no route to that host", zh: "没有通往该主机的路由")
        case ENETDOWN: Sentence(en: "the network is down", zh: "网络已断开")
        case EAFNOSUPPORT, EADDRNOTAVAIL:
            Sentence(en: "this machine has no address of that family", zh: "本机没有该协议族的地址")
        case ECONNREFUSED: Sentence(en: "the connection was refused", zh: "连接被拒绝")
        case ECONNRESET: Sentence(en: "the connection was reset", zh: "连接被重置")
        case ETIMEDOUT: Sentence(en: "nothing came back in time", zh: "等待超时")
        default: Sentence(en: "system error \(number)", zh: "系统错误 \(number)")
        }
    }
}
