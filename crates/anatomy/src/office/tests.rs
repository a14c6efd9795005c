//! Whole documents, built here or made with office libraries.
