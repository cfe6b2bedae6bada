internal import Glibc
internal import LabNet
internal import Puller

extension Flags {
    /// Who asks: the accounts that were typed, and the machine's files of credentials.
    func accounts(in surroundings: Surroundings) throws(UsageError) -> Accounts {
        if password != nil, passwordStdin { throw .conflict(Flag.password.spelling, Flag.passwordStdin.spelling) }
        if username == nil {
            if password != nil { throw .needs(.password, Flag.username.spelling) }
            if passwordStdin, login.isEmpty { throw .needs(.passwordStdin, Flag.username.spelling) }
        }
        if username == "" { throw .invalidValue(.username, "", .expectedSomething) }
        var accounts = Accounts()
        var passwords = try typedPasswords(in: surroundings)[...]
        if let username {
            guard
                let password = passwords.popFirst() ?? password ?? surroundings.environment[Self.passwordVariable]
            else { throw .noPassword }
            accounts.registry = .password(user: username, Secret(password))
        }
        for text in login {
            let (host, user) = try Self.account(text)
            let variable = Self.passwordVariable(for: host)
            guard let password = passwords.popFirst() ?? surroundings.environment[variable] else {
                throw .noPasswordForHost(host, variable: variable)
            }
            do { try accounts.add(.password(user: user, Secret(password)), for: host) } catch {
                throw .invalidValue(.login, text, .expectedAccount)
            }
        }
        accounts.files = surroundings.credentialFiles
        return accounts
    }

    /// The variable that holds the password of `-username`.
    static let passwordVariable = "DOCKER_TAR_LAB_PASSWORD"

    /// The variable that holds the password of a host's account: its name in upper case, and `_` for all that is
    /// neither letter nor digit.
    static func passwordVariable(for host: String) -> String {
        passwordVariable + "_"
            + String(host.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// `HOST=USER`; a user's name may hold any character.
    private static func account(_ text: String) throws(UsageError) -> (host: String, user: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .invalidValue(.login, text, .expectedAccount)
        }
        return (String(parts[0]), String(parts[1]))
    }

    /// The passwords on standard input, in the order of the accounts; none where they come from elsewhere.
    private func typedPasswords(in surroundings: Surroundings) throws(UsageError) -> [String] {
        guard passwordStdin else { return [] }
        var input = surroundings.input()
        // As with `docker login`: one line break at the end is the terminal's, everything else the password's.
        if input.last?.isNewline == true { input.removeLast() }
        guard !input.isEmpty else { throw .noPasswordOnInput }
        let count = (username == nil ? 0 : 1) + login.count
        // With one account, a password may itself hold line breaks.
        guard count > 1 else { return [input] }
        let lines = input.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        guard lines.count == count, !lines.contains("") else {
            throw .passwordLines(expected: count, found: lines.count { !$0.isEmpty })
        }
        return lines
    }
}

extension Surroundings {
    /// Where Docker and podman keep credentials on this machine (docker-login(1), containers-auth.json(5)).
    var credentialFiles: Accounts.Files {
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = folder("HOME")
        let docker = folder("DOCKER_CONFIG") ?? home.map { "\($0)/.docker" }
        let settings = folder("XDG_CONFIG_HOME") ?? home.map { "\($0)/.config" }
        let podman = [folder("XDG_RUNTIME_DIR"), settings].compactMap { $0.map { "\($0)/containers/auth.json" } }
        return Accounts.Files(
            docker: docker.map { "\($0)/config.json" },
            podman: (folder("REGISTRY_AUTH_FILE").map { [$0] } ?? []) + podman, environment: environment
        ) { [read] (path) throws(CredentialProblem) in
            do throws(FileUnreadable) { return try read(path) } catch {
                throw error.errno == EFBIG ? .tooLarge(limit: 1 << 20) : .unreadable(errno: error.errno)
            }
        }
    }
}
