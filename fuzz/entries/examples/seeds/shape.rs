//! Bytes that `arbitrary` turns into a derived type: fields in their order at the front, the lengths
//! of slices at the end, the first one last. Good for inputs of up to 256 bytes.

/// A type being written.
#[derive(Default)]
pub(super) struct Shape {
    front: Vec<u8>,
    lengths: Vec<u8>,
}

impl Shape {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Shape::default().bytes(bytes)
    }

    /// Numbers, flags and arrays of them as they lie in memory.
    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.front.extend_from_slice(bytes);
        self
    }

    pub(super) fn none(self) -> Self {
        self.bytes(&[0])
    }

    /// What follows is there.
    pub(super) fn some(self) -> Self {
        self.bytes(&[1])
    }

    /// A variant of so many.
    pub(super) fn variant(self, number: u64, variants: u64) -> Self {
        let scaled = ((number << 32).div_ceil(variants)).to_le_bytes();
        self.bytes(&scaled[..4])
    }

    /// One more element of a list, which is a variant with these fields.
    pub(super) fn then(self, number: u64, variants: u64, fields: &[u8]) -> Self {
        self.some().variant(number, variants).bytes(fields)
    }

    /// A slice, or a text.
    pub(super) fn slice(mut self, slice: &[u8]) -> Self {
        let length = u8::try_from(slice.len()).expect("a short slice");
        self.lengths.push(length);
        self.bytes(slice)
    }

    /// The end of a list.
    pub(super) fn end(self) -> Self {
        self.none()
    }

    pub(super) fn done(mut self) -> Vec<u8> {
        self.front.extend(self.lengths.into_iter().rev());
        assert!(self.front.len() <= 256, "lengths would take two bytes");
        self.front
    }
}

/// A list of operations, at the end of its type.
pub(super) struct Steps {
    shape: Shape,
    variants: u64,
}

impl Steps {
    /// Behind what stands before the list.
    pub(super) fn new(shape: Shape, variants: u64) -> Self {
        Steps { shape, variants }
    }

    pub(super) fn then(self, variant: u64, fields: &[u8]) -> Self {
        let shape = self.shape.then(variant, self.variants, fields);
        Steps { shape, ..self }
    }

    /// More fields of the operation.
    pub(super) fn with(self, more: impl FnOnce(Shape) -> Shape) -> Self {
        let shape = more(self.shape);
        Steps { shape, ..self }
    }

    /// An operation whose only field is a slice.
    pub(super) fn slice(self, variant: u64, slice: &[u8]) -> Self {
        self.then(variant, &[]).with(|shape| shape.slice(slice))
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.shape.end().done()
    }
}

/// A Contact ID event of a target: qualifier, event, group and zone, a byte for each digit.
pub(super) fn event(text: &str) -> Vec<u8> {
    let digits = text.chars().filter_map(|digit| digit.to_digit(16));
    digits
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect()
}
