//! The form of the element tables.

use super::datatypes::{META, NARRATIVE};
use super::extension::EXTENSION;

/// What a resource, a data type or a part of one may hold.
pub(in crate::decode) struct Shape {
    /// `Patient`, `Patient.contact`, `Period`.
    pub(in crate::decode) name: &'static str,
    /// What it holds besides.
    pub(super) base: Base,
    /// Its own elements, in the order of the definition.
    pub(super) elements: &'static [Element],
}

/// What every shape of a family holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// A resource without narrative: Bundle.
    Resource,
    /// A resource with narrative and extensions.
    DomainResource,
    /// A part of a resource; may carry modifier extensions.
    Backbone,
    /// A data type.
    Element,
}

/// One element.
#[derive(Clone, Copy)]
pub(in crate::decode) struct Element {
    pub(in crate::decode) name: &'static str,
    pub(in crate::decode) kind: Kind,
    /// Whether it is an array.
    pub(in crate::decode) many: bool,
    /// Whether base R4 demands it.
    pub(in crate::decode) required: bool,
    /// The stem of a choice: `identified` for `identifiedDateTime`.
    pub(in crate::decode) choice: Option<&'static str>,
}

/// What an element holds.
#[derive(Clone, Copy)]
pub(in crate::decode) enum Kind {
    Boolean,
    Integer,
    Decimal,
    /// Any text: string, markdown, uri, id, base64, xhtml.
    Text,
    /// A code, with its list where FHIR closes it.
    Code(Option<&'static [&'static str]>),
    Date,
    DateTime,
    Instant,
    Time,
    /// A data type or a part of the resource.
    Type(&'static Shape),
    /// A resource of any type.
    Resource,
    /// A data type that is not looked into.
    Any,
}

impl Kind {
    pub(in crate::decode) const fn is_primitive(self) -> bool {
        !matches!(self, Kind::Type(_) | Kind::Resource | Kind::Any)
    }
}

pub(super) const fn one(name: &'static str, kind: Kind) -> Element {
    Element {
        name,
        kind,
        many: false,
        required: false,
        choice: None,
    }
}

pub(super) const fn many(name: &'static str, kind: Kind) -> Element {
    Element {
        many: true,
        ..one(name, kind)
    }
}

impl Element {
    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn choice(mut self, stem: &'static str) -> Self {
        self.choice = Some(stem);
        self
    }
}

/// Beside a primitive `x` the member `_x` holds its id and extensions.
pub(in crate::decode) static ELEMENT: Shape = Shape {
    name: "Element",
    base: Base::Element,
    elements: &[],
};

static OF_ELEMENT: &[Element] = &[
    one("id", Kind::Text),
    many("extension", Kind::Type(&EXTENSION)),
];
static OF_BACKBONE: &[Element] = &[
    one("id", Kind::Text),
    many("extension", Kind::Type(&EXTENSION)),
    many("modifierExtension", Kind::Type(&EXTENSION)),
];
static OF_RESOURCE: &[Element] = &[
    one("id", Kind::Text),
    one("meta", Kind::Type(&META)),
    one("implicitRules", Kind::Text),
    one("language", Kind::Code(None)),
];
static OF_DOMAIN_RESOURCE: &[Element] = &[
    one("id", Kind::Text),
    one("meta", Kind::Type(&META)),
    one("implicitRules", Kind::Text),
    one("language", Kind::Code(None)),
    one("text", Kind::Type(&NARRATIVE)),
    many("contained", Kind::Resource),
    many("extension", Kind::Type(&EXTENSION)),
    many("modifierExtension", Kind::Type(&EXTENSION)),
];

impl Shape {
    const fn inherited(&self) -> &'static [Element] {
        match self.base {
            Base::Resource => OF_RESOURCE,
            Base::DomainResource => OF_DOMAIN_RESOURCE,
            Base::Backbone => OF_BACKBONE,
            Base::Element => OF_ELEMENT,
        }
    }

    /// Whether this is a whole resource.
    pub(in crate::decode) fn is_resource(&self) -> bool {
        matches!(self.base, Base::Resource | Base::DomainResource)
    }

    pub(in crate::decode) fn element(&self, number: usize) -> Option<&'static Element> {
        let inherited = self.inherited();
        match number.checked_sub(inherited.len()) {
            None => inherited.get(number),
            Some(own) => self.elements.get(own),
        }
    }

    /// The number of the element called `name`. Search begins at `hint`: members mostly come in
    /// the order of the definition.
    pub(in crate::decode) fn find(&self, name: &str, hint: usize) -> Option<usize> {
        let inherited = self.inherited();
        let own_hint = hint
            .saturating_sub(inherited.len())
            .min(self.elements.len());
        let (before, after) = self.elements.split_at(own_hint);
        let is_it = |element: &Element| element.name == name;
        if let Some(at) = after.iter().position(is_it) {
            return Some(inherited.len() + own_hint + at);
        }
        if let Some(at) = before.iter().position(is_it) {
            return Some(inherited.len() + at);
        }
        inherited.iter().position(is_it)
    }

    /// All elements with their numbers.
    pub(in crate::decode) fn all(&self) -> impl Iterator<Item = (usize, &'static Element)> {
        self.inherited().iter().chain(self.elements).enumerate()
    }
}

#[cfg(test)]
mod tests {
    use super::super::resource;
    use super::*;

    fn every_shape(shape: &'static Shape, seen: &mut Vec<&'static str>) {
        if seen.contains(&shape.name) {
            return;
        }
        seen.push(shape.name);
        for (number, element) in shape.all() {
            assert_eq!(shape.find(element.name, 0), Some(number), "{}", shape.name);
            assert_eq!(shape.find(element.name, number), Some(number));
            assert_eq!(shape.find(element.name, usize::MAX), Some(number));
            if let Kind::Type(inner) = element.kind {
                every_shape(inner, seen);
            }
        }
        assert!(
            shape.all().count() <= 128,
            "{} fits the set of seen elements",
            shape.name
        );
    }

    #[test]
    fn every_element_is_found_from_any_place() {
        let mut seen = Vec::new();
        for name in [
            "Bundle",
            "Patient",
            "CarePlan",
            "Condition",
            "Observation",
            "Composition",
        ] {
            every_shape(resource(name).expect("known"), &mut seen);
        }
        assert!(seen.len() > 40);
    }

    #[test]
    fn closed_code_lists_are_sorted() {
        let mut seen = Vec::new();
        fn check(shape: &'static Shape, seen: &mut Vec<&'static str>) {
            if seen.contains(&shape.name) {
                return;
            }
            seen.push(shape.name);
            for (_, element) in shape.all() {
                match element.kind {
                    Kind::Code(Some(codes)) => assert!(codes.is_sorted(), "{}", element.name),
                    Kind::Type(inner) => check(inner, seen),
                    _ => {}
                }
            }
        }
        for name in [
            "Bundle",
            "Patient",
            "Device",
            "Encounter",
            "MedicationDispense",
        ] {
            check(resource(name).expect("known"), &mut seen);
        }
    }
}
