import Compiling
import Serving

/// The endpoints of an image that was served before.
extension Server {
    /// The slots of the image that the last run left.
    var keptSlots: [SlotMap.Key: Int] {
        state.slots(file: plane.adoptedFile, root: plane.adoptedRoot)
    }
}
