//! What was typed in a decision that could not be carried out.

use crate::{desks::review::form::Remarks, ground::infra::form::FieldErrors};

#[derive(Debug, Clone, Default)]
pub struct TypedDecision {
    pub reason: String,
    pub message: String,
    pub remarks: Remarks,
    pub arrived: String,
}

impl TypedDecision {
    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty() && self.texts().iter().all(|text| text.trim().is_empty())
    }

    pub fn texts(&self) -> Vec<&str> {
        let reason = Some(self.reason.as_str()).filter(|reason| !reason.is_empty());
        reason.into_iter().chain(self.of_return()).collect()
    }

    /// What was to be completed: the message, and the remarks.
    pub fn of_return(&self) -> Vec<&str> {
        let texts = std::iter::once(self.message.as_str()).chain(self.remarks.typed());
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// True when it was the case that was to be sent back.
    pub fn is_return(&self, errors: &FieldErrors) -> bool {
        let at_its_fields = |field: &str| field == "message" || field.starts_with("remark_");
        !self.message.is_empty()
            || !self.remarks.is_empty()
            || errors.list.iter().any(|error| at_its_fields(&error.field))
    }
}
