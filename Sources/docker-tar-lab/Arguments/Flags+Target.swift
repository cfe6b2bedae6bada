internal import LabNet
internal import Puller

/// The registry that images are pushed to.
extension Flags {
    /// The variable that holds the password of `-to-username`.
    static let targetPasswordVariable = "DOCKER_TAR_LAB_TO_PASSWORD"

    /// Where images are pushed, and as whom: never as whoever they are fetched as.
    func target(in surroundings: Surroundings) throws(UsageError) -> PushDestination {
        guard let to else { throw .missingTarget }
        var access = RegistryAccess()
        access.plainHTTP = toPlainHTTP
        access.accounts.files = surroundings.credentialFiles
        if let user = toUsername {
            if user.isEmpty { throw .invalidValue(.toUsername, "", .expectedSomething) }
            let typed = try targetPassword(in: surroundings)
            guard let password = typed ?? surroundings.environment[Self.targetPasswordVariable] else {
                throw .noTargetPassword
            }
            access.accounts.registry = .password(user: user, Secret(password))
        } else if toPasswordStdin {
            throw .needs(.toPasswordStdin, Flag.toUsername.spelling)
        }
        do { return try PushDestination(parsing: to, access: access) } catch {
            throw .invalidValue(.to, to, .expectedTarget)
        }
    }

    /// Refuses what is of no use where nothing is pushed.
    func refuseTarget() throws(UsageError) {
        if toUsername != nil { throw .needs(.toUsername, Flag.to.spelling) }
        if toPasswordStdin { throw .needs(.toPasswordStdin, Flag.to.spelling) }
        if toPlainHTTP { throw .needs(.toPlainHTTP, Flag.to.spelling) }
    }

    private func targetPassword(in surroundings: Surroundings) throws(UsageError) -> String? {
        guard toPasswordStdin else { return nil }
        if passwordStdin { throw .conflict(Flag.passwordStdin.spelling, Flag.toPasswordStdin.spelling) }
        var input = surroundings.input()
        if input.last?.isNewline == true { input.removeLast() }
        guard !input.isEmpty else { throw .noPasswordOnInput }
        return input
    }
}
