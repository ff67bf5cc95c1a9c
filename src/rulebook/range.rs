//! What a rule ranges over: the part of the view that it is asked of, one by one.

use serde_json::Value as Json;

/// Where the elements of a list stand in the dossier, for lists that are no part of it themselves.
const PATH: &str = "path";

/// A range such as `services[*].domains[*]`: keys, some of which are gone through one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    key: String,
    each: bool,
}

/// One thing that a rule is asked of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place<'v> {
    /// Where it stands in the dossier; empty for the order as a whole.
    pub(super) path: String,
    /// The lists' elements on the way to it and itself, by the names that expressions use.
    pub(super) bound: Vec<(&'static str, &'v Json)>,
}

/// The lists that may be gone through, each with the name of one element.
const LISTS: [(&str, &str); 19] = [
    ("targets", "target"),
    ("limits", "limit"),
    ("services", "service"),
    ("materials", "material"),
    ("papers", "paper"),
    ("persons", "person"),
    ("changes", "change"),
    ("rivals", "rival"),
    ("siblings", "sibling"),
    ("differences", "difference"),
    ("domains", "domain"),
    ("home_urls", "home_url"),
    ("content", "content"),
    ("languages", "language"),
    ("prior_approval", "approval"),
    ("registrations", "registration"),
    ("builds", "build"),
    ("accesses", "access"),
    ("platforms", "platform"),
];

/// The name of what a rule is asked of.
const IT: &str = "it";

impl Range {
    /// Reads a range; `order` is the order as a whole.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let steps: Option<Vec<Step>> = text
            .split('.')
            .map(|word| {
                let (key, each) = match word.strip_suffix("[*]") {
                    Some(key) => (key, true),
                    None => (word, false),
                };
                let known = !each || LISTS.iter().any(|(list, _)| *list == key);
                (known && !key.is_empty()).then(|| Step {
                    key: key.to_owned(),
                    each,
                })
            })
            .collect();
        steps.map(|steps| Self { steps })
    }

    /// Lists what it means in a view.
    ///
    /// # Errors
    /// The key that the view does not hold.
    pub(super) fn places<'v>(&self, view: &'v Json) -> Result<Vec<Place<'v>>, String> {
        let mut places = vec![(
            Place {
                path: String::new(),
                bound: Vec::new(),
            },
            view,
        )];
        for step in &self.steps {
            let mut next = Vec::new();
            for (place, value) in places {
                let below = value.get(&step.key).ok_or_else(|| step.key.clone())?;
                let path = join(&place.path, &step.key);
                if !step.each {
                    let path = if step.key == "order" {
                        String::new()
                    } else {
                        path
                    };
                    next.push((Place { path, ..place }, below));
                    continue;
                }
                let list = below.as_array().ok_or_else(|| step.key.clone())?;
                let name = LISTS.iter().find(|(list, _)| *list == step.key);
                for (index, element) in list.iter().enumerate() {
                    let own = element.get(PATH).and_then(Json::as_str);
                    let path = own.map_or_else(|| format!("{path}.{index}"), str::to_owned);
                    let mut bound = place.bound.clone();
                    bound.extend(name.map(|(_, one)| (*one, element)));
                    next.push((Place { path, bound }, element));
                }
            }
            places = next;
        }
        Ok(places
            .into_iter()
            .map(|(mut place, value)| {
                place.bound.push((IT, value));
                place
            })
            .collect())
    }
}

/// Returns the path of a field below a place.
pub(super) fn join(path: &str, field: &str) -> String {
    match (path, field) {
        ("", field) => field.to_owned(),
        (path, "") => path.to_owned(),
        (path, field) => format!("{path}.{field}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_range_goes_through_lists_and_says_where_each_element_stands() {
        let view = json!({
            "order": {},
            "services": [{"domains": ["a.cn", "b.cn"]}, {"domains": []}],
            "persons": [{"path": "subject.responsible"}],
        });
        let paths = |range: &str| -> Vec<String> {
            let places = Range::parse(range).unwrap().places(&view).unwrap();
            places.into_iter().map(|place| place.path).collect()
        };
        assert_eq!(paths("order"), [""]);
        assert_eq!(paths("services[*]"), ["services.0", "services.1"]);
        assert_eq!(
            paths("services[*].domains[*]"),
            ["services.0.domains.0", "services.0.domains.1"]
        );
        assert_eq!(paths("persons[*]"), ["subject.responsible"]);
        assert!(Range::parse("nobody[*]").is_none());
        for missing in ["nobody", "services[0]"] {
            let range = Range::parse(missing).unwrap();
            assert_eq!(range.places(&view), Err(missing.to_owned()));
        }
    }
}
