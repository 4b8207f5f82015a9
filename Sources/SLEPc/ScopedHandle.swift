// SPDX-License-Identifier: Apache-2.0
// One rule for the life of a PETSc object: it ends with the scope that made it.

internal import CSLEPcSystem

/// Makes a PETSc object, hands it to a body and destroys it when the body ends, also where it throws.
///
/// PETSc destroys collectively, so objects are never left to reference counting: every rank leaves the scope at the
/// same place, with a value or with an error that all of them agreed on.
func withHandle<Result>(
    _ create: (inout OpaquePointer?) -> PetscErrorCode,
    destroy: (inout OpaquePointer?) -> PetscErrorCode,
    _ body: (OpaquePointer) throws -> Result
) throws -> Result {
    var handle: OpaquePointer?
    try check(create(&handle))
    guard let made = handle else { throw PETScError(code: -1, message: "PETSc made no object") }
    let result: Result
    do {
        result = try body(made)
    } catch {
        // The body's error is the one to tell.
        _ = destroy(&handle)
        throw error
    }
    try check(destroy(&handle))
    return result
}
