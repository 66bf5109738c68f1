import GatehouseRuntime
import Glibc

/// What a file that cannot be opened means for a request: nginx's statuses and log lines.
enum FileFailure {
    /// Names that lead nowhere, as opposed to files that are there and refused.
    static func isAbsence(_ error: SystemError) -> Bool {
        [ENOENT, ENOTDIR, ENAMETOOLONG].contains(error.code)
    }

    /// Logs the failure (absence only with `log_not_found`) and says how to answer.
    static func disposition(of error: SystemError, opening path: [UInt8], _ exchange: Exchange) -> Disposition {
        let status: Int
        switch error.code {
        case ENOENT, ENOTDIR, ENAMETOOLONG: status = 404
        case EACCES, ELOOP, EMLINK: status = 403
        default: status = 500
        }
        if status != 404 || exchange.settings.logsNotFound {
            let name = String(decoding: path, as: UTF8.self)
            exchange.generation.log(
                status == 500 ? .crit : .error, "open() \"\(name)\" failed (\(error.code): \(error.message))", exchange)
        }
        return .status(status)
    }
}
