import GatehouseConfig

/// `$canary_variant`, `$canary_share`, `$canary_state`: of the canary that the request went through.
enum CanaryVariables {
    static func value(_ variable: BuiltinVariable, _ exchange: Exchange) -> [UInt8]? {
        guard let passage = exchange.canary else { return nil }
        switch variable {
        case .canary_variant: return BuiltinVariables.text(passage.choice.variant.rawValue)
        case .canary_share: return BuiltinVariables.text(passage.share.description)
        case .canary_state: return BuiltinVariables.text(passage.router.stateName)
        default: return nil
        }
    }
}
