internal import Puller

/// What is wrong with a file that names images.
extension Sentence {
    /// The reason, with its line.
    static func reason(_ error: ListFileError) -> Sentence {
        let problem = problem(error.problem)
        return Sentence(en: "line \(error.line): \(problem.en)", zh: "第 \(error.line) 行：\(problem.zh)")
    }

    private static func problem(_ problem: ListFileError.Problem) -> Sentence {
        switch problem {
        case .name(let text, let error):
            let reason = reason(error)
            return Sentence(en: "“\(text)” is no image name: \(reason.en)", zh: "“\(text)”不是有效的镜像名：\(reason.zh)")
        case .tagTwice(let name):
            return Sentence(
                en: "“\(name)” has a tag or digest already, and further ones stand behind it.",
                zh: "“\(name)”已经带有标签或摘要，后面不能再写标签。")
        case .unsetVariable(let name, nil), .unsetVariable(let name, ""?):
            return Sentence(
                en: "the variable \(name) is not set, neither here nor in the file .env beside it.",
                zh: "变量 \(name) 没有设置，环境变量和同目录的 .env 文件中都没有。")
        case .unsetVariable(let name, let message?):
            return Sentence(
                en: "the variable \(name) is not set; the file says: \(message)",
                zh: "变量 \(name) 没有设置；文件中的说明：\(message)")
        case .substitution(let text):
            return Sentence(
                en: "“\(text)” is no variable; write ${NAME} or ${NAME:-default}, and $$ for a dollar sign.",
                zh: "“\(text)”不是有效的变量写法；应为 ${名称} 或 ${名称:-默认值}，$$ 表示美元符号。")
        case .noServices:
            return Sentence(en: "there are no services: is it a compose file?", zh: "没有 services：这是 compose 文件吗？")
        case .expected(let expected): return self.expected(expected)
        case .yaml(let problem): return self.problem(problem)
        }
    }

    private static func expected(_ expected: ListFileError.Expected) -> Sentence {
        switch expected {
        case .mapping(let name):
            Sentence(en: "“\(name)” must hold settings by their names.", zh: "“\(name)”必须是映射（名称: 值）。")
        case .text(let name): Sentence(en: "“\(name)” must be a text.", zh: "“\(name)”必须是文本。")
        case .service(let name):
            Sentence(
                en: "there is no service “\(name)” in this file that has settings of its own.",
                zh: "本文件中没有可供继承的服务“\(name)”。")
        }
    }

    private static func problem(_ problem: YAMLProblem) -> Sentence {
        switch problem {
        case .tab: Sentence(en: "a tab indents it; YAML takes blanks only.", zh: "用制表符缩进；YAML 只能用空格缩进。")
        case .indentation:
            Sentence(en: "it is indented as nothing around it is.", zh: "缩进与上下文不一致。")
        case .unclosed: Sentence(en: "a quotation or bracket is never closed.", zh: "引号或括号没有闭合。")
        case .unexpected(let text): Sentence(en: "“\(text)” has no place here.", zh: "此处不应出现“\(text)”。")
        case .duplicateKey(let key): Sentence(en: "“\(key)” stands there twice.", zh: "“\(key)”重复出现。")
        case .unknownAlias(let name):
            Sentence(en: "nothing above is called &\(name).", zh: "前面没有定义 &\(name)。")
        case .merge: Sentence(en: "only mappings can be merged by <<.", zh: "<< 只能合并映射。")
        case .unsupported(let text):
            Sentence(en: "“\(text)” is YAML that is not read here.", zh: "不支持这种 YAML 写法：“\(text)”。")
        case .tooLarge: Sentence(en: "it is too deep, or too much.", zh: "层次过深或内容过多。")
        }
    }

    /// A service of a compose file that names no image.
    static func omitted(_ omission: ComposeFile.Omission, in path: String) -> Sentence {
        switch omission {
        case .built(let service):
            Sentence(
                en: "the service \(service) in \(path) is built and names no image: it is left out.",
                zh: "\(path) 中的服务 \(service) 需要本地构建，没有镜像名，已跳过。")
        case .extended(let service):
            Sentence(
                en: "the service \(service) in \(path) takes its image from another file: it is left out. "
                    + "Give that file too.",
                zh: "\(path) 中的服务 \(service) 继承自其他文件，已跳过；请同时给出那个文件。")
        case .included(let line):
            Sentence(
                en: "\(path) includes other files (line \(line)), which are not read. Give them too.",
                zh: "\(path) 引用了其他文件（第 \(line) 行），这些文件不会被读取；请同时给出它们。")
        }
    }
}
